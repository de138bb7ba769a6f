CREATE TABLE `period_v1` (
    `period_id` STRING NOT NULL COMMENT 'Such as 2026-11, 2026-Q4, 2026, R2026-W43, R2026-fall',
    `period_kind` STRING NOT NULL COMMENT 'What sort of period',
    `start_date` DATE NOT NULL COMMENT 'First day',
    `end_date` DATE NOT NULL COMMENT 'Last day, inclusive',
    `baseline_start_date` DATE NOT NULL COMMENT 'First day of the same period a year before',
    `baseline_end_date` DATE NOT NULL COMMENT 'Last day of the same period a year before, inclusive'
) COMMENT 'The periods that people ask about, each with the one that it is compared with. A view of periods gives rows for each; `storeq run --from --to` puts one period of its own in their place.'
