CREATE TABLE `hazard_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `hazard_id` STRING NOT NULL COMMENT 'Hazard, unique within its store',
    `camera_id` STRING NOT NULL COMMENT 'Camera that saw it',
    `zone_id` STRING COMMENT 'Zone in which it lies',
    `label` STRING NOT NULL COMMENT 'What it looks like',
    `confidence` DOUBLE NOT NULL COMMENT 'How sure the detector is',
    `box` ROW<`x` DOUBLE NOT NULL, `y` DOUBLE NOT NULL, `w` DOUBLE NOT NULL, `h` DOUBLE NOT NULL> NOT NULL COMMENT 'Where in the picture',
    `clip_id` STRING COMMENT 'Clip kept as evidence',
    `event_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'When it was seen',
    `event_id` STRING NOT NULL COMMENT 'Event that reported it'
) COMMENT 'Hazard candidates for a person to judge.'
