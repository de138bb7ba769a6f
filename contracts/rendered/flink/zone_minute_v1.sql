CREATE TABLE `zone_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `zone_id` STRING NOT NULL COMMENT 'Zone, unique within its store',
    `zone_kind` STRING NOT NULL COMMENT 'What the zone is used for: aisle, queue, service, entrance or other',
    `lane_id` STRING COMMENT 'Checkout lane of a queue or service zone',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `occupancy_mean` DOUBLE NOT NULL COMMENT 'Time-weighted mean number of customers: person_ms / interval_ms',
    `occupancy_max` INT NOT NULL COMMENT 'Most customers at one instant',
    `person_ms` BIGINT NOT NULL COMMENT 'Integral of the number of customers, in person-milliseconds',
    `interval_ms` BIGINT NOT NULL COMMENT 'Time watched within the window, in milliseconds',
    `entered` BIGINT NOT NULL COMMENT 'Customers who entered',
    `left` BIGINT NOT NULL COMMENT 'Customers who left',
    `staff_person_ms` BIGINT NOT NULL COMMENT 'Integral of the number of staff, in person-milliseconds',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window for which snapshots came: 1 = all of it',
    `camera_up_share` DOUBLE COMMENT 'Share of the expected frames that the cameras gave; null when none told of its health',
    `late_share` DOUBLE COMMENT 'Share of the snapshots that came behind the watermark; 0 as streamed, known once the day is reconciled',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md'
) COMMENT 'Occupancy of each zone, minute by minute.'
