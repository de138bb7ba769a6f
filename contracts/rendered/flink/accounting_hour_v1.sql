CREATE TABLE `accounting_hour_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store; empty for records that name none',
    `device_id` STRING NOT NULL COMMENT 'Edge device; empty for records that name none',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `received` BIGINT NOT NULL COMMENT 'Records by their place in the stream, counted once each',
    `accepted` BIGINT NOT NULL COMMENT 'Events that count, late ones apart',
    `late` BIGINT NOT NULL COMMENT 'Events behind the watermark: in event_v1, and counted once the day is reconciled',
    `duplicate` BIGINT NOT NULL COMMENT 'Events that had come before',
    `rejected` BIGINT NOT NULL COMMENT 'Records that could not be used: rejected_v1 says why',
    `late_share` DOUBLE COMMENT 'late / (accepted + late); null when there was neither',
    `is_clock_skewed` BOOLEAN NOT NULL COMMENT 'The device sent times from the future: set its clock'
) COMMENT 'The job''s report: what became of the records of each device, hour by hour of arrival. `python -m glue account` counts a day that is over; received = accepted + rejected + late + duplicate.'
