CREATE TABLE `holiday_v1` (
    `country` STRING NOT NULL COMMENT 'Country as ISO 3166-1 alpha-2',
    `subdivision` STRING COMMENT 'State or province as ISO 3166-2; null: the whole country',
    `holiday_date` DATE NOT NULL COMMENT 'The date',
    `holiday_kind` STRING NOT NULL COMMENT 'Who is free',
    `name` STRING NOT NULL COMMENT 'Its name, the same every year',
    `is_movable` BOOLEAN NOT NULL COMMENT 'Its date differs from year to year, as Easter''s does'
) COMMENT 'Public and school holidays by country and subdivision.'
