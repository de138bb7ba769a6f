-- question: How many dwells and waits lie in each bucket of duration, hour by hour?
-- grain: one bucket of one zone's dwell, or one lane's wait, and UTC hour
-- reads: dwell_minute_v1, lane_minute_v1
-- column: measure = What was measured: dwell of a zone, or wait of a lane
-- column: place_id = Zone or lane
-- column: window_start = Start of the UTC hour, inclusive
-- column: lower_ms = Lower bound of the bucket in milliseconds, inclusive; it ends at lower_ms * 11 / 10
-- column: middle_ms = Geometric middle of the bucket in milliseconds, which stands for it
-- column: people = Visits or served journeys in the bucket
-- column: people_up_to_here = Visits or served journeys in this bucket and those below
-- column: people_in_all = Visits or served journeys of the hour
-- The only place that unnests a list of structures, which engines do differently: Trino makes a column of each field,
-- DuckDB one column with the alias's name. Without an alias for the columns, `bucket.lower_ms` is right in both.
-- A bucket that later minutes took back is left out; so is one that they took back more from than the hour had given.
WITH
buckets AS (
  SELECT
    store_id, 'dwell' AS measure, zone_id AS place_id, date_trunc('hour', window_start) AS window_start,
    bucket.lower_ms AS lower_ms, bucket."count" AS people
  FROM dwell_minute_v1
  CROSS JOIN UNNEST(dwell_histogram) AS bucket
  UNION ALL
  SELECT
    store_id, 'wait', lane_id, date_trunc('hour', window_start),
    bucket.lower_ms, bucket."count"
  FROM lane_minute_v1
  CROSS JOIN UNNEST(wait_histogram) AS bucket
),
summed AS (
  SELECT store_id, measure, place_id, window_start, lower_ms, CAST(sum(people) AS BIGINT) AS people
  FROM buckets
  GROUP BY store_id, measure, place_id, window_start, lower_ms
)
SELECT
  store_id, measure, place_id, window_start, lower_ms,
  -- The bucket ends at lower_ms * 11 / 10 in whole milliseconds, and its geometric middle stands for it.
  CASE WHEN lower_ms = 0 THEN 50e0 ELSE sqrt(lower_ms * floor(lower_ms * 11 / 10e0)) END AS middle_ms,
  people,
  CAST(sum(people) OVER (
    PARTITION BY store_id, measure, place_id, window_start
    ORDER BY lower_ms
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS BIGINT) AS people_up_to_here,
  CAST(sum(people) OVER (PARTITION BY store_id, measure, place_id, window_start) AS BIGINT) AS people_in_all
FROM summed
WHERE people > 0
