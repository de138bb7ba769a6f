CREATE TABLE `lane_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `lane_id` STRING NOT NULL COMMENT 'Checkout lane',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `queue_length_mean` DOUBLE COMMENT 'Time-weighted mean number of customers in the queue',
    `queue_length_max` INT COMMENT 'Most customers in the queue at one instant',
    `queue_person_ms` BIGINT NOT NULL COMMENT 'Integral of the queue length, in person-milliseconds',
    `service_person_ms` BIGINT NOT NULL COMMENT 'Integral of the customers in service, in person-milliseconds',
    `open_ms` BIGINT NOT NULL COMMENT 'Time the lane was open: from 5 s of presence in the service zone until 30 s without',
    `joined` BIGINT NOT NULL COMMENT 'Journeys that left the queue in this minute, whatever the outcome',
    `served` BIGINT NOT NULL COMMENT 'Journeys that went on to be served',
    `abandoned` BIGINT NOT NULL COMMENT 'Journeys that gave up',
    `censored` BIGINT NOT NULL COMMENT 'Journeys whose outcome was not seen',
    `wait_ms` BIGINT NOT NULL COMMENT 'Sum of the waits of the served, in milliseconds',
    `wait_ms_max` BIGINT COMMENT 'Longest wait among the served, in milliseconds',
    `served_over_target` BIGINT NOT NULL COMMENT 'Served after more than the target wait',
    `coverage` DOUBLE NOT NULL COMMENT 'Share of the window in which the zone was watched: 1 = all of it'
) COMMENT 'Queue and service of each checkout lane, minute by minute. A journey counts in the minute it left the queue.'
