-- question: How long were the queue and the waits at each lane, hour by hour, and how well was it watched?
-- grain: one lane and UTC hour
-- reads: lane_minute_v1
-- quality: coverage, camera_up_share, late_share, lost_share, little_gap
-- column: window_start = Start of the UTC hour, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: wait_seconds_mean = Mean wait of the served, in seconds; null when none was served
-- column: service_level = Share of the served who waited no longer than the target, 0 to 1; null when none was served
-- column: abandonment_rate = abandoned / joined, 0 to 1; null when none joined
-- A minute without a row counts as not watched. An hour that is not over has a low coverage for that reason alone.
WITH
summed AS (
  SELECT
    store_id, lane_id, date_trunc('hour', window_start) AS window_start,
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
    sum(coverage) / 60e0 AS coverage,
    avg(camera_up_share) AS camera_up_share,
    -- By the time watched, for rows do not tell the number of snapshots: the same while their length stays the same.
    COALESCE(
      sum(late_share * coverage) / NULLIF(sum(coverage) FILTER (WHERE late_share IS NOT NULL), 0), avg(late_share)
    ) AS late_share
  FROM lane_minute_v1
  GROUP BY store_id, lane_id, date_trunc('hour', window_start)
),
measured AS (
  SELECT
    *,
    CAST(censored AS DOUBLE) / NULLIF(joined, 0) AS lost_share,
    -- The minutes' Little check over the whole hour; fewer than 10 journeys say nothing.
    CASE
      WHEN joined >= 10 THEN CAST(abs(queue_person_ms - queue_ms) AS DOUBLE) / NULLIF(queue_person_ms, 0)
    END AS little_gap
  FROM summed
)
SELECT
  store_id, lane_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  queue_person_ms / NULLIF(coverage * 3600000, 0) AS queue_length_mean,
  queue_length_max, queue_person_ms, service_person_ms, open_ms,
  joined, served, abandoned, censored, wait_ms, wait_ms_max, served_over_target, queue_ms,
  CAST(wait_ms AS DOUBLE) / NULLIF(served, 0) / 1000 AS wait_seconds_mean,
  1 - CAST(served_over_target AS DOUBLE) / NULLIF(served, 0) AS service_level,
  CAST(abandoned AS DOUBLE) / NULLIF(joined, 0) AS abandonment_rate,
  coverage, camera_up_share, late_share, lost_share, little_gap,
  ${quality} AS quality
FROM measured
