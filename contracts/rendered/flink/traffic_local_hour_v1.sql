CREATE TABLE `traffic_local_hour_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `line_id` STRING NOT NULL COMMENT 'Line, unique within its store',
    `business_date` DATE NOT NULL COMMENT 'Date where the store is',
    `hour_of_day` INT NOT NULL COMMENT 'Hour on the clock where the store is, 0 to 23',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the hour, inclusive: tells the two apart that a clock set back shows alike',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the hour, exclusive',
    `in_count` BIGINT NOT NULL COMMENT 'Customers who crossed inwards',
    `out_count` BIGINT NOT NULL COMMENT 'Customers who crossed outwards',
    `staff_in_count` BIGINT NOT NULL COMMENT 'Staff who crossed inwards',
    `staff_out_count` BIGINT NOT NULL COMMENT 'Staff who crossed outwards',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window for which snapshots came: 1 = all of it',
    `camera_up_share` DOUBLE COMMENT 'Share of the expected frames that the cameras gave; null when none told of its health',
    `late_share` DOUBLE COMMENT 'Share of the snapshots that came behind the watermark; 0 as streamed, known once the day is reconciled',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md',
    `source` STRING NOT NULL COMMENT 'Where the row is from: `minutes`, or `import:` and the name of the import'
) COMMENT 'Line crossings by the store''s own hour: summed from the minutes once a day is over, or imported history. An hour that was watched and in which nobody crossed has a row; an hour without a row was not watched.'
