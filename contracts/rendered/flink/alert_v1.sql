CREATE TABLE `alert_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `alert_id` STRING NOT NULL COMMENT 'Hash of store, place, rule and started_time',
    `rule_id` STRING NOT NULL COMMENT 'Rule that raised it',
    `place_id` STRING NOT NULL COMMENT 'Zone, lane or camera',
    `severity` STRING NOT NULL COMMENT 'How bad: low, medium or high',
    `state` STRING NOT NULL COMMENT 'raised, acknowledged, resolved, escalated, expired or needs_review',
    `started_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'When the condition began',
    `changed_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'When this state began',
    `value` DOUBLE NOT NULL COMMENT 'Measured value at the change',
    `limit_value` DOUBLE NOT NULL COMMENT 'Limit it was compared with'
) COMMENT 'What needed attention, and each change of its state.'
