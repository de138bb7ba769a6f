-- question: How long were the queue and the waits at each lane, by the hour on the store's own clock?
-- grain: one lane and local hour
-- reads: lane_minute_v1, local_minute
-- quality: coverage, camera_up_share, late_share, lost_share, little_gap
-- The hours of lane_hour, on the store's clock. A minute without a row counts as not watched.
WITH
summed AS (
  SELECT
    lane_minute_v1.store_id, lane_id, business_date, hour_of_day, local_minute.window_start, local_minute.window_end,
    hour_minutes,
    max(queue_length_max) AS queue_length_max,
    CAST(sum(queue_person_ms) AS BIGINT) AS queue_person_ms,
    CAST(sum(service_person_ms) AS BIGINT) AS service_person_ms,
    CAST(sum(open_ms) AS BIGINT) AS open_ms,
    CAST(sum(joined) AS BIGINT) AS joined,
    CAST(sum(served) AS BIGINT) AS served,
    CAST(sum(abandoned) AS BIGINT) AS abandoned,
    CAST(sum(censored) AS BIGINT) AS censored,
    CAST(sum(wait_ms) AS BIGINT) AS wait_ms,
    max(wait_ms_max) AS wait_ms_max,
    CAST(sum(served_over_target) AS BIGINT) AS served_over_target,
    CAST(sum(queue_ms) AS BIGINT) AS queue_ms,
    sum(coverage) / hour_minutes AS coverage,
    avg(camera_up_share) AS camera_up_share,
    -- By the time watched, for rows do not tell the number of snapshots: the same while their length stays the same.
    COALESCE(
      sum(late_share * coverage) / NULLIF(sum(coverage) FILTER (WHERE late_share IS NOT NULL), 0), avg(late_share)
    ) AS late_share
  FROM lane_minute_v1
  JOIN local_minute
    ON lane_minute_v1.store_id = local_minute.store_id AND lane_minute_v1.window_start = local_minute.minute_start
  GROUP BY
    lane_minute_v1.store_id, lane_id, business_date, hour_of_day, local_minute.window_start, local_minute.window_end,
    hour_minutes
),
bucket_hour AS (
  SELECT
    lane_minute_v1.store_id, lane_id, local_minute.window_start,
    bucket.lower_ms AS lower_ms, CAST(sum(bucket."count") AS BIGINT) AS people
  FROM lane_minute_v1
  JOIN local_minute
    ON lane_minute_v1.store_id = local_minute.store_id AND lane_minute_v1.window_start = local_minute.minute_start
  CROSS JOIN UNNEST(wait_histogram) AS bucket
  GROUP BY lane_minute_v1.store_id, lane_id, local_minute.window_start, bucket.lower_ms
),
histogram_hour AS (
  SELECT
    store_id, lane_id, window_start,
    array_agg(CAST(ROW(lower_ms, people) AS ROW(lower_ms BIGINT, "count" BIGINT)) ORDER BY lower_ms) AS wait_histogram
  FROM bucket_hour
  WHERE people <> 0
  GROUP BY store_id, lane_id, window_start
),
measured AS (
  SELECT
    summed.*,
    COALESCE(wait_histogram, CAST(ARRAY[] AS ARRAY(ROW(lower_ms BIGINT, "count" BIGINT)))) AS wait_histogram,
    CAST(censored AS DOUBLE) / NULLIF(joined, 0) AS lost_share,
    -- The minutes' Little check over the whole hour; fewer than 10 journeys say nothing.
    CASE
      WHEN joined >= 10 THEN CAST(abs(queue_person_ms - queue_ms) AS DOUBLE) / NULLIF(queue_person_ms, 0)
    END AS little_gap
  FROM summed
  LEFT JOIN histogram_hour
    ON summed.store_id = histogram_hour.store_id
    AND summed.lane_id = histogram_hour.lane_id
    AND summed.window_start = histogram_hour.window_start
)
SELECT
  store_id, lane_id, business_date, hour_of_day, window_start, window_end,
  queue_person_ms / NULLIF(coverage * hour_minutes * 60000, 0) AS queue_length_mean,
  queue_length_max, queue_person_ms, service_person_ms, open_ms,
  joined, served, abandoned, censored, wait_ms, wait_ms_max, served_over_target, queue_ms, wait_histogram,
  coverage, camera_up_share, late_share, lost_share, little_gap,
  ${quality} AS quality
FROM measured
