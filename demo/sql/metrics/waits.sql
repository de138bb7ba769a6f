-- question: How long did customers wait, and how long were they served, in the store and at each lane?
-- unit: s
-- within: 1
WITH
lanes AS (
  SELECT
    lane_id,
    avg(wait_seconds) AS wait_seconds_mean,
    quantile_cont(wait_seconds, 0.5) AS wait_seconds_median,
    quantile_cont(wait_seconds, 0.9) AS wait_seconds_p90,
    avg(service_seconds) AS service_seconds_mean,
    quantile_cont(queue_seconds, 0.5) FILTER (outcome = 'abandoned') AS abandoned_wait_seconds_median
  FROM journey
  GROUP BY GROUPING SETS ((), (lane_id))
)
SELECT metric || coalesce('.' || lane_id, '') AS name, value
FROM (
  UNPIVOT lanes
  ON wait_seconds_mean, wait_seconds_median, wait_seconds_p90, service_seconds_mean, abandoned_wait_seconds_median
  INTO NAME metric VALUE value
)
