CREATE TABLE `peak_store_v1` (
    `peak_id` STRING NOT NULL COMMENT 'Peak, as in peak_v1',
    `store_id` STRING NOT NULL COMMENT 'Store',
    `peak_role` STRING NOT NULL COMMENT 'What the store is for the peak'
) COMMENT 'Which stores a peak concerns, and which are its controls: stores in which nothing special happened.'
