CREATE TABLE `store_day_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `business_date` DATE NOT NULL COMMENT 'Date where the store is',
    `day_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'First instant of the day where the store is',
    `day_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'First instant after it: 23, 24 or 25 hours later',
    `is_open` BOOLEAN NOT NULL COMMENT 'The store trades on that day',
    `opens_at` TIMESTAMP_LTZ(3) COMMENT 'When it opens; null when closed',
    `closes_at` TIMESTAMP_LTZ(3) COMMENT 'When it closes; null when closed',
    `open_hours` DOUBLE NOT NULL COMMENT 'Hours between opening and closing; 0 when closed',
    `public_holiday` STRING COMMENT 'Name of the public holiday where the store is',
    `school_holiday` STRING COMMENT 'Name of the school holiday where the store is',
    `comparable_date` DATE COMMENT 'The day a year before to compare with: the same holiday, else the same weekday of the same retail week; null when there is none, as when that day was a holiday and this one is not'
) COMMENT 'Each store''s days: open or not, holidays where it is, and the day of the year before with which a fair comparison compares it.'
