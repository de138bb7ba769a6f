CREATE TABLE `rejected_v1` (
    `arrival_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'When Kinesis took the record',
    `shard_id` STRING NOT NULL COMMENT 'Kinesis shard',
    `sequence_number` STRING NOT NULL COMMENT 'Kinesis sequence number, unique within the shard',
    `reason` STRING NOT NULL COMMENT 'Why: see the list of reasons',
    `detail` STRING COMMENT 'Where in the record, what was expected, what came',
    `store_id` STRING COMMENT 'Store, when it could be read',
    `device_id` STRING COMMENT 'Edge device, when it could be read',
    `event_id` STRING COMMENT 'Event id, when it could be read',
    `event_time` TIMESTAMP_LTZ(3) COMMENT 'Event time, when it could be read',
    `size_bytes` INT COMMENT 'Size of the record',
    `head` STRING COMMENT 'First 4 KiB of a record that could not be used'
) COMMENT 'Every received record that was not accepted, with the reason.'
