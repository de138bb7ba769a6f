CREATE TABLE `heat_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `camera_id` STRING NOT NULL COMMENT 'Camera',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `grid_w` INT NOT NULL COMMENT 'Columns of the map',
    `grid_h` INT NOT NULL COMMENT 'Rows of the map',
    `cell_index` INT NOT NULL COMMENT 'Row times columns plus column',
    `person_ms` BIGINT NOT NULL COMMENT 'Time spent in the cell, over all customers',
    `camera_up_share` DOUBLE COMMENT 'Share of the expected frames that the cameras gave; null when none told of its health',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md'
) COMMENT 'Where customers stood in each camera''s picture, minute by minute.'
