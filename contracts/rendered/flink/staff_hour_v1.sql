CREATE TABLE `staff_hour_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `business_date` DATE NOT NULL COMMENT 'Date where the store is',
    `hour_of_day` INT NOT NULL COMMENT 'Hour on the clock where the store is, 0 to 23',
    `staff_hours` DOUBLE NOT NULL COMMENT 'Hours of staff planned within the hour: two people all the time are 2'
) COMMENT 'Planned staff of each store, hour by hour where the store is.'
