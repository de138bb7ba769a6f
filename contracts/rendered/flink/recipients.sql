CREATE TABLE `recipients` (
    `store_id` STRING NOT NULL COMMENT 'Store; `*` for every store of the chain',
    `person_id` STRING NOT NULL COMMENT 'The user''s id',
    `roles` STRING NOT NULL COMMENT 'Roles of the person in this store, by commas',
    `is_inside` BOOLEAN NOT NULL COMMENT 'Works in the store: may be asked to review a hazard that nobody confirmed yet',
    `body` STRING NOT NULL COMMENT 'Channels, addresses, quiet hours, language, as JSON (contracts/recipients.py)'
) COMMENT 'Who is told of alerts, and how. The only table with addresses of people: only what sends to them reads it, the notifier and the weekly report.'
