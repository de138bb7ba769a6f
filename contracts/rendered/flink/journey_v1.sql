CREATE TABLE `journey_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `journey_id` STRING NOT NULL COMMENT 'lane_id/track_id/joined_ms of the journey''s first stay in the queue',
    `revision` BIGINT NOT NULL COMMENT 'Counts the changes: of rows with the same id, the highest is valid',
    `lane_id` STRING NOT NULL COMMENT 'Checkout lane',
    `track_id` STRING NOT NULL COMMENT 'Track, random per boot and rotated daily: no lasting identity',
    `joined_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Entered the queue',
    `queue_left_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Left the queue',
    `service_start_time` TIMESTAMP_LTZ(3) COMMENT 'Entered the service zone; null when not served',
    `service_end_time` TIMESTAMP_LTZ(3) COMMENT 'Left the service zone; null when not served',
    `outcome` STRING NOT NULL COMMENT 'How it ended; censored: the end was not seen',
    `end` STRING NOT NULL COMMENT 'How the stay in the queue ended: of a censored journey, lost from sight or still present (day_end)',
    `wait_seconds` DOUBLE COMMENT 'joined_time to service_start_time; null when not served',
    `queue_seconds` DOUBLE NOT NULL COMMENT 'joined_time to service_start_time, or to queue_left_time when not served',
    `service_seconds` DOUBLE COMMENT 'Time in the service zone; null when not served',
    `is_over_target` BOOLEAN COMMENT 'Served after more than the target wait; null when not served',
    `merged_into` STRING COMMENT 'Journey of which this one was found to be a part'
) COMMENT 'Queue journeys of customers: joined a lane''s queue, and then was served, gave up, or was lost from sight. What comes later, such as a `track_merge`, writes the journey again with a higher revision; a journey that was found to be part of another one says so in `merged_into` and counts no more.'
