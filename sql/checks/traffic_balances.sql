-- check: In each store in - out = occupancy: at no minute's end have more customers left than come.
-- level: warn
-- reads: traffic_minute_v1
-- Counted from the first minute in the lake, when no customer is taken to be inside (staff may be). Real doors miss people.
WITH
minutes AS (
  SELECT store_id, window_start, sum(in_count - out_count) AS gained
  FROM traffic_minute_v1
  GROUP BY store_id, window_start
),
balances AS (
  SELECT store_id, window_start, sum(gained) OVER (PARTITION BY store_id ORDER BY window_start) AS occupancy
  FROM minutes
)
SELECT store_id, window_start, occupancy
FROM balances
WHERE occupancy < 0
