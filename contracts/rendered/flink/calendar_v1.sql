CREATE TABLE `calendar_v1` (
    `calendar_date` DATE NOT NULL COMMENT 'The date',
    `year` INT NOT NULL COMMENT 'Calendar year',
    `quarter` INT NOT NULL COMMENT 'Calendar quarter, 1 to 4',
    `month` INT NOT NULL COMMENT 'Calendar month, 1 to 12',
    `iso_year` INT NOT NULL COMMENT 'Year of the ISO week',
    `iso_week` INT NOT NULL COMMENT 'ISO week, 1 to 53',
    `iso_weekday` INT NOT NULL COMMENT '1 = Monday to 7 = Sunday',
    `retail_year` INT NOT NULL COMMENT 'Retail year',
    `retail_season` STRING NOT NULL COMMENT 'spring (February to July) or fall (August to January)',
    `retail_quarter` INT NOT NULL COMMENT 'Retail quarter, 1 to 4',
    `retail_month` INT NOT NULL COMMENT 'Retail month, 1 = February to 12 = January',
    `retail_week` INT NOT NULL COMMENT 'Retail week, 1 to 53',
    `comparable_date` DATE COMMENT 'Same weekday of the same retail week a year before; after a year of 53 weeks, moved by a week as the federation restates it; null for the week 53 itself'
) COMMENT 'Dates and the weeks, months and seasons that they belong to: by the ISO 8601 calendar and by the 4-5-4 retail calendar of the National Retail Federation, whose year begins on the Sunday nearest to 1 February.'
