CREATE TABLE `alert_actions` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `action_id` STRING NOT NULL COMMENT 'alert_id, `#`, and the act''s number with four digits',
    `alert_id` STRING NOT NULL COMMENT 'Alert',
    `action` STRING NOT NULL COMMENT 'What was done',
    `verdict` STRING COMMENT 'What the person found, of a verdict',
    `comment` STRING COMMENT 'The person''s words',
    `person_id` STRING NOT NULL COMMENT 'Who: the user''s id, never a name',
    `acted_ms` BIGINT NOT NULL COMMENT 'When (milliseconds since 1970-01-01 UTC; 0: not yet)',
    `expires_at` BIGINT NOT NULL COMMENT 'When DynamoDB may delete the item (seconds since 1970-01-01 UTC)'
) COMMENT 'What people did about alerts. Acts are only added: each has the next number of its alert, or is refused.'
