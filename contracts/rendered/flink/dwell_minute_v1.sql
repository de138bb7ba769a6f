CREATE TABLE `dwell_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `zone_id` STRING NOT NULL COMMENT 'Zone, unique within its store',
    `zone_kind` STRING NOT NULL COMMENT 'What the zone is used for: aisle, queue, service, entrance or other',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `visits` BIGINT NOT NULL COMMENT 'Customer visits of at least 5 s',
    `pass_throughs` BIGINT NOT NULL COMMENT 'Customer visits shorter than 5 s',
    `staff_visits` BIGINT NOT NULL COMMENT 'Visits of staff',
    `dwell_ms` BIGINT NOT NULL COMMENT 'Sum of dwell over `visits`, in milliseconds',
    `lost_visits` BIGINT NOT NULL COMMENT 'Stays of customers that ended because the track was lost',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window in which the zone was watched: 1 = all of it'
) COMMENT 'Visits that ended and their dwell, minute by minute. When a stay continues a visit of an earlier minute, its minute carries the difference, so that sums over any longer time are exact; a single minute can be negative.'
