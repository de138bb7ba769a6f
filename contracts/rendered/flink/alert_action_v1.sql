CREATE TABLE `alert_action_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `action_id` STRING NOT NULL COMMENT 'alert_id, `#`, and the act''s number with four digits',
    `alert_id` STRING NOT NULL COMMENT 'Alert',
    `action` STRING NOT NULL COMMENT 'What was done',
    `verdict` STRING COMMENT 'What the person found, of a verdict',
    `comment` STRING COMMENT 'The person''s words',
    `person_id` STRING NOT NULL COMMENT 'Who: the user''s id, never a name',
    `acted_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'When'
) COMMENT 'What people did about alerts: acknowledged, judged, commented.'
