CREATE TABLE `store_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `name` STRING NOT NULL COMMENT 'What people call it',
    `region` STRING NOT NULL COMMENT 'Region of the chain that it belongs to',
    `country` STRING NOT NULL COMMENT 'Country as ISO 3166-1 alpha-2, such as DE',
    `subdivision` STRING COMMENT 'State or province as ISO 3166-2 without the country, such as BY',
    `time_zone` STRING NOT NULL COMMENT 'Time zone as IANA names it, such as Europe/Berlin',
    `location_kind` STRING COMMENT 'Such as high_street, mall, retail_park',
    `sales_area_m2` DOUBLE COMMENT 'Sales area in square metres',
    `opened_on` DATE COMMENT 'First day of trading',
    `closed_on` DATE COMMENT 'Last day of trading',
    `opening_hours` ARRAY<ROW<`iso_weekday` INT NOT NULL, `opens` STRING NOT NULL, `closes` STRING NOT NULL> NOT NULL> NOT NULL COMMENT 'Regular opening hours; a weekday without an entry is closed',
    `weekly_staff_hours` DOUBLE COMMENT 'Planned hours of staff in a regular week',
    `latitude` DOUBLE COMMENT 'Degrees north of the equator (WGS 84)',
    `longitude` DOUBLE COMMENT 'Degrees east of Greenwich (WGS 84)'
) COMMENT 'The stores of the chain: where they are, how large, when open.'
