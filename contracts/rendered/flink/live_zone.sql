CREATE TABLE `live_zone` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `zone_id` STRING NOT NULL COMMENT 'Zone, unique within its store',
    `zone_kind` STRING NOT NULL COMMENT 'What the zone is used for: aisle, queue, service, entrance or other',
    `lane_id` STRING NOT NULL COMMENT 'Checkout lane of a queue or service zone; empty for other zones',
    `occupancy` INT NOT NULL COMMENT 'Customers in the zone at the end of the window',
    `occupancy_mean` DOUBLE NOT NULL COMMENT 'Time-weighted mean over the window of 10 s',
    `occupancy_max` INT NOT NULL COMMENT 'Most customers at one instant of the window',
    `longest_stay_seconds` DOUBLE NOT NULL COMMENT 'Longest stay so far among the customers present',
    `longest_wait_seconds` DOUBLE NOT NULL COMMENT 'In a queue zone, the longest wait so far; 0 in other zones',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window for which snapshots came: 1 = all of it',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md',
    `window_end_ms` BIGINT NOT NULL COMMENT 'End of the window (milliseconds since 1970-01-01 UTC)',
    `expires_at` BIGINT NOT NULL COMMENT 'When DynamoDB may delete the item (seconds since 1970-01-01 UTC)'
) COMMENT 'What each zone holds now. An item is written when its values change, and at least once in 5 minutes: an item older than that means that the zone is not watched.'
