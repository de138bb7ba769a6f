CREATE TABLE `notifications` (
    `person_id` STRING NOT NULL COMMENT 'The user''s id',
    `notification_id` STRING NOT NULL COMMENT 'alert_id, stage and channel; or the name of a counter',
    `store_id` STRING COMMENT 'Store',
    `state` STRING COMMENT 'sending, sent, held, failed, suppressed or stale',
    `reason` STRING COMMENT 'Why it was held, suppressed, or failed',
    `changed_ms` BIGINT COMMENT 'When this state began (milliseconds since 1970-01-01 UTC)',
    `messages` BIGINT COMMENT 'Of a counter: how many messages',
    `expires_at` BIGINT NOT NULL COMMENT 'When DynamoDB may delete the item (seconds since 1970-01-01 UTC)'
) COMMENT 'What was told to whom: one item for each person, alert, stage and channel, so that nobody is told twice, and the notifier''s counters for cool-downs and ceilings.'
