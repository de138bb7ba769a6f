-- question: How many of the served waited how long at each store?
-- grain: one period, store and bucket of waits
-- reads: period_v1, store_day_v1, lane_local_hour_v1
-- order: store_id, wait_from_seconds
-- chart: bar x=label y=people
-- column: wait_from_seconds = Shortest wait of the bucket, in seconds
-- column: wait_to_seconds = The bucket ends before this wait, in seconds; null for the last one
-- column: label = The bucket in words, in minutes and seconds
-- column: people = Customers who were served after such a wait; null when too few to be shown
-- column: is_within_target = Waits of the bucket are within the target wait
-- column: is_suppressed = The figure is not shown, as it counts so few that it could tell of a person
-- The stored histograms have finer buckets (contracts/histograms.py): each is counted by its middle, so that a bound can
-- be off by 4.9 %. A store has all buckets of a period in which its lanes have a row. A bucket of which later hours took
-- back more than there was counts none.
-- Days between two bounds of periods are in the same periods: they are summed first, as periods share their days.
-- With histogram_bucket and wait_bucket_local_hour the only place that unnests a list: without names for the columns.
WITH
bound AS (
  SELECT start_date AS bound_date FROM period_v1
  UNION
  SELECT CAST(date_add('day', 1, end_date) AS date) FROM period_v1
),
store_date AS (
  SELECT business_date FROM store_day_v1 GROUP BY business_date
),
segment_day AS (
  SELECT store_date.business_date, max(bound.bound_date) AS segment_date
  FROM store_date
  INNER JOIN bound ON bound.bound_date <= store_date.business_date
  GROUP BY store_date.business_date
),
wait AS (
  SELECT store_id, business_date, bucket.lower_ms AS lower_ms, bucket."count" AS people
  FROM lane_local_hour_v1
  CROSS JOIN UNNEST(wait_histogram) AS bucket
),
wait_segment AS (
  SELECT segment_day.segment_date, wait.store_id, wait.lower_ms, sum(wait.people) AS people
  FROM wait
  INNER JOIN segment_day ON segment_day.business_date = wait.business_date
  GROUP BY segment_day.segment_date, wait.store_id, wait.lower_ms
),
fine AS (
  SELECT
    period_v1.period_id, segment.store_id,
    -- The bucket ends in whole milliseconds; everything under 100 ms lies in the first one.
    CASE
      WHEN segment.lower_ms = 0 THEN 0.05e0
      ELSE sqrt(CAST(segment.lower_ms AS DOUBLE) * floor(segment.lower_ms * 11 / 10e0)) / 1000e0
    END AS middle_seconds,
    sum(segment.people) AS people
  FROM period_v1
  INNER JOIN wait_segment AS segment
    ON segment.segment_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, segment.store_id, segment.lower_ms
  HAVING sum(segment.people) > 0
),
wait_class AS (
  SELECT *
  FROM (
    VALUES
      (0, 30, '0:00–0:30'), (30, 60, '0:30–1:00'), (60, 90, '1:00–1:30'), (90, 120, '1:30–2:00'),
      (120, 180, '2:00–3:00'), (180, 240, '3:00–4:00'), (240, 300, '4:00–5:00'), (300, 420, '5:00–7:00'),
      (420, 600, '7:00–10:00'), (600, 900, '10:00–15:00'), (900, NULL, '15:00 or more')
  ) AS listed (wait_from_seconds, wait_to_seconds, label)
),
lane_segment AS (
  SELECT segment_day.segment_date, lanes.store_id
  FROM lane_local_hour_v1 AS lanes
  INNER JOIN segment_day ON segment_day.business_date = lanes.business_date
  GROUP BY segment_day.segment_date, lanes.store_id
),
store AS (
  SELECT period_v1.period_id, period_v1.period_kind, segment.store_id
  FROM period_v1
  INNER JOIN lane_segment AS segment ON segment.segment_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, period_v1.period_kind, segment.store_id
),
counted AS (
  SELECT
    store.period_id, store.period_kind, store.store_id,
    wait_class.wait_from_seconds, wait_class.wait_to_seconds, wait_class.label,
    CAST(COALESCE(sum(fine.people), 0) AS BIGINT) AS people
  FROM store
  CROSS JOIN wait_class
  LEFT JOIN fine
    ON fine.period_id = store.period_id
    AND fine.store_id = store.store_id
    AND fine.middle_seconds >= wait_class.wait_from_seconds
    AND (wait_class.wait_to_seconds IS NULL OR fine.middle_seconds < wait_class.wait_to_seconds)
  GROUP BY
    store.period_id, store.period_kind, store.store_id,
    wait_class.wait_from_seconds, wait_class.wait_to_seconds, wait_class.label
)
SELECT
  period_id, period_kind, store_id, wait_from_seconds, wait_to_seconds, label,
  CASE WHEN people = 0 OR people >= ${smallest_cell} THEN people END AS people,
  wait_from_seconds < ${target_wait_seconds} AS is_within_target,
  people BETWEEN 1 AND ${smallest_cell} - 1 AS is_suppressed
FROM counted
