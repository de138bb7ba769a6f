CREATE TABLE `zone_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `zone_id` STRING NOT NULL COMMENT 'Zone, unique within its store',
    `zone_kind` STRING NOT NULL COMMENT 'What the zone is used for: aisle, queue, service, entrance or other',
    `lane_id` STRING COMMENT 'Checkout lane of a queue or service zone',
    `name` STRING NOT NULL COMMENT 'What people call it',
    `department` STRING COMMENT 'Goods that are there, such as dairy',
    `area_m2` DOUBLE COMMENT 'Area in square metres',
    `camera_id` STRING COMMENT 'Camera in whose picture the outline lies',
    `outline` ARRAY<ROW<`x` DOUBLE NOT NULL, `y` DOUBLE NOT NULL> NOT NULL> COMMENT 'Corners of the zone in the picture, in order; none where nobody drew it'
) COMMENT 'The zones of each store: what people call them, what they are for, where they are.'
