CREATE TABLE `lane_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `lane_id` STRING NOT NULL COMMENT 'Checkout lane',
    `name` STRING NOT NULL COMMENT 'What people call it',
    `lane_kind` STRING NOT NULL COMMENT 'Such as cashier, self_service, express',
    `position` INT NOT NULL COMMENT 'Place in the row of lanes, counted from the entrance: 1, 2, …'
) COMMENT 'The checkout lanes of each store.'
