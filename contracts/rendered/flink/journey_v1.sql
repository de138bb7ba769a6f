CREATE TABLE `journey_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `journey_id` STRING NOT NULL COMMENT 'lane_id/track_id/joined_ms',
    `lane_id` STRING NOT NULL COMMENT 'Checkout lane',
    `track_id` STRING NOT NULL COMMENT 'Track, random per boot and rotated daily: no lasting identity',
    `joined_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Entered the queue',
    `queue_left_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Left the queue',
    `service_start_time` TIMESTAMP_LTZ(3) COMMENT 'Entered the service zone; null when not served',
    `service_end_time` TIMESTAMP_LTZ(3) COMMENT 'Left the service zone; null when not served',
    `outcome` STRING NOT NULL COMMENT 'served, abandoned, or censored (lost from sight, or cut by the end of the day)',
    `wait_seconds` DOUBLE COMMENT 'joined_time to service_start_time; null when not served',
    `queue_seconds` DOUBLE NOT NULL COMMENT 'joined_time to service_start_time, or to queue_left_time when not served',
    `service_seconds` DOUBLE COMMENT 'Time in the service zone; null when not served',
    `is_over_target` BOOLEAN COMMENT 'Served after more than the target wait; null when not served'
) COMMENT 'Queue journeys of customers: joined a lane''s queue, and then was served, gave up, or was lost from sight.'
