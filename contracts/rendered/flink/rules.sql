CREATE TABLE `rules` (
    `store_id` STRING NOT NULL COMMENT 'Store; `*` for the whole chain; `~changes` for the list of changes',
    `rule_version` STRING NOT NULL COMMENT 'rule_id, `#`, and the version with six digits; of a change, when and what',
    `rule_id` STRING NOT NULL COMMENT 'Rule',
    `version` BIGINT NOT NULL COMMENT 'Counts the changes of the rule, from 1',
    `valid_from_ms` BIGINT NOT NULL COMMENT 'From when on it holds (milliseconds since 1970-01-01 UTC)',
    `saved_ms` BIGINT NOT NULL COMMENT 'When it was saved (milliseconds since 1970-01-01 UTC)',
    `saved_by` STRING NOT NULL COMMENT 'Who saved it: the user''s id, never a name',
    `body` STRING COMMENT 'The rule as JSON; empty: the rule is gone',
    `changed_store_id` STRING COMMENT 'Of a change: the store whose rule it was'
) COMMENT 'Every version of every alert rule, of what each store says of itself (rule `~store`), and, in the partition `~changes`, what was changed when. The store `*` holds the whole chain''s rules.'
