-- question: How many people came in and went out, and how many are left?
-- unit: people
-- within: 0
WITH
store AS (
  SELECT
    sum(in_count) AS traffic_in,
    sum(out_count) AS traffic_out,
    sum(staff_in_count) AS traffic_staff_in,
    sum(staff_out_count) AS traffic_staff_out,
    sum(in_count) - sum(out_count) AS store_occupancy_end
  FROM traffic_minute
)
SELECT metric AS name, value
FROM (
  UNPIVOT store
  ON traffic_in, traffic_out, traffic_staff_in, traffic_staff_out, store_occupancy_end
  INTO NAME metric VALUE value
)
