CREATE TABLE `traffic_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `line_id` STRING NOT NULL COMMENT 'Line, unique within its store',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `in_count` BIGINT NOT NULL COMMENT 'Customers who crossed inwards',
    `out_count` BIGINT NOT NULL COMMENT 'Customers who crossed outwards',
    `staff_in_count` BIGINT NOT NULL COMMENT 'Staff who crossed inwards',
    `staff_out_count` BIGINT NOT NULL COMMENT 'Staff who crossed outwards',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window for which snapshots came: 1 = all of it',
    `camera_up_share` DOUBLE COMMENT 'Share of the expected frames that the cameras gave; null when none told of its health',
    `late_share` DOUBLE COMMENT 'Share of the snapshots that came behind the watermark; 0 as streamed, known once the day is reconciled',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md'
) COMMENT 'Line crossings, minute by minute. Minutes without a crossing have no row.'
