CREATE TABLE `peak_v1` (
    `peak_id` STRING NOT NULL COMMENT 'Such as christmas-2026',
    `peak_name` STRING NOT NULL COMMENT 'Name of the peak, the same every year, such as christmas',
    `retail_year` INT NOT NULL COMMENT 'Retail year of its first day',
    `before_start_date` DATE NOT NULL COMMENT 'First day of the days before, with which it is compared',
    `before_end_date` DATE NOT NULL COMMENT 'Last day before, inclusive',
    `start_date` DATE NOT NULL COMMENT 'First day of the peak',
    `end_date` DATE NOT NULL COMMENT 'Last day of the peak, inclusive',
    `after_start_date` DATE NOT NULL COMMENT 'First day after',
    `after_end_date` DATE NOT NULL COMMENT 'Last day after, inclusive'
) COMMENT 'Named peaks, such as Christmas or a promotion: the days before, during and after, year by year.'
