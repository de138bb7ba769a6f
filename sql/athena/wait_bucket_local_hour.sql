-- question: How many waits lie in each bucket of duration, by the store's own hour?
-- grain: one bucket of one lane's waits, date and hour of the day
-- reads: lane_local_hour_v1
-- order: store_id, lane_id, business_date, hour_of_day, lower_ms
-- column: lower_ms = Lower bound of the bucket, inclusive; it ends at lower_ms * 11 / 10
-- column: middle_ms = Geometric middle of the bucket, which stands for the waits in it
-- column: people = Customers who were served after such a wait
-- To merge hours into longer times, sum `people` of equal buckets. With histogram_bucket the only place that unnests a
-- list: as there, without an alias for the columns, so that `bucket.lower_ms` is right in every engine.
WITH
buckets AS (
  SELECT
    store_id, lane_id, business_date, hour_of_day, bucket.lower_ms AS lower_ms, bucket."count" AS people
  FROM lane_local_hour_v1
  CROSS JOIN UNNEST(wait_histogram) AS bucket
)
SELECT
  store_id, lane_id, business_date, hour_of_day, lower_ms,
  -- The bucket ends in whole milliseconds; everything under 100 ms lies in the first one.
  CASE WHEN lower_ms = 0 THEN 50e0 ELSE sqrt(CAST(lower_ms AS DOUBLE) * floor(lower_ms * 11 / 10e0)) END AS middle_ms,
  CAST(sum(people) AS BIGINT) AS people
FROM buckets
GROUP BY store_id, lane_id, business_date, hour_of_day, lower_ms
