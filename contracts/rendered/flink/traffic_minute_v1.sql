CREATE TABLE `traffic_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `line_id` STRING NOT NULL COMMENT 'Line, unique within its store',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `in_count` BIGINT NOT NULL COMMENT 'Customers who crossed inwards',
    `out_count` BIGINT NOT NULL COMMENT 'Customers who crossed outwards',
    `staff_in_count` BIGINT NOT NULL COMMENT 'Staff who crossed inwards',
    `staff_out_count` BIGINT NOT NULL COMMENT 'Staff who crossed outwards'
) COMMENT 'Line crossings, minute by minute. Minutes without a crossing have no row.'
