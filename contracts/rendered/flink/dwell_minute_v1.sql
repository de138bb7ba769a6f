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
    `lost_visits` BIGINT NOT NULL COMMENT 'Customer visits and pass-throughs that ended because the track was lost',
    `dwell_histogram` ARRAY<ROW<`lower_ms` BIGINT NOT NULL, `count` BIGINT NOT NULL> NOT NULL> NOT NULL COMMENT 'Dwell over `visits` by log-spaced buckets; add buckets to merge rows',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window for which snapshots came: 1 = all of it',
    `camera_up_share` DOUBLE COMMENT 'Share of the expected frames that the cameras gave; null when none told of its health',
    `late_share` DOUBLE COMMENT 'Share of the snapshots that came behind the watermark; 0 as streamed, known once the day is reconciled',
    `lost_share` DOUBLE COMMENT 'lost_visits / (visits + pass_throughs); null when the minute only corrects earlier ones',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md'
) COMMENT 'Visits that ended and their dwell, minute by minute. When a stay or a track merge changes a visit of an earlier minute, its minute carries the difference, so that sums over any longer time are exact; a single minute can be negative.'
