-- question: How long were the queue and the waits at each lane, and was it open?
-- grain: one lane and minute
-- reads: store_minute, lane_open, journey
-- writes: lane_minute_v1
-- window: tumbling, 1 minute; a journey counts when its end was seen; the lane's latest 15 for the Little check
-- lateness: on time only
-- quality: coverage, camera_up_share, late_share, lost_share, little_gap
WITH
checkout AS (
  SELECT
    store_id, rowtime, zone_kind, lane_id, count_max, person_ms, interval_ms, snapshots, late_snapshots, camera_up_share
  FROM (SELECT store_id, rowtime, LANE_ZONES(zones) AS zones FROM store_minute) AS lanes
  CROSS JOIN UNNEST(zones) AS zone (
    zone_id, zone_kind, lane_id, camera_id, `count`, longest_stay_ms, count_max, person_ms, interval_ms, entered, `left`,
    staff_person_ms, snapshots, late_snapshots, last_time_ms, camera_up_share
  )
),
facts AS (
  SELECT
    store_id, lane_id, rowtime,
    CASE WHEN zone_kind = 'queue' THEN person_ms END AS queue_person_ms,
    CASE WHEN zone_kind = 'queue' THEN interval_ms END AS queue_interval_ms,
    CASE WHEN zone_kind = 'queue' THEN count_max END AS queue_length_max,
    CASE WHEN zone_kind = 'service' THEN person_ms END AS service_person_ms,
    CAST(NULL AS BIGINT) AS open_ms,
    CAST(NULL AS STRING) AS outcome, CAST(NULL AS BIGINT) AS wait_ms, CAST(NULL AS BIGINT) AS queue_ms,
    snapshots, late_snapshots, camera_up_share
  FROM checkout
  UNION ALL
  SELECT
    store_id, lane_id, rowtime,
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS INT), CAST(NULL AS BIGINT),
    open_ms,
    CAST(NULL AS STRING), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS DOUBLE)
  FROM lane_open
  UNION ALL
  SELECT
    store_id, lane_id, rowtime,
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS INT), CAST(NULL AS BIGINT),
    CAST(NULL AS BIGINT),
    outcome, wait_ms, queue_ms,
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS DOUBLE)
  FROM journey
),
lane_minutes AS (
  SELECT
    store_id, lane_id, window_start, window_end, window_time,
    COALESCE(SUM(queue_person_ms), CAST(0 AS BIGINT)) AS queue_person_ms,
    COALESCE(SUM(queue_interval_ms), CAST(0 AS BIGINT)) AS queue_interval_ms,
    MAX(queue_length_max) AS queue_length_max,
    COALESCE(SUM(service_person_ms), CAST(0 AS BIGINT)) AS service_person_ms,
    COALESCE(SUM(open_ms), CAST(0 AS BIGINT)) AS open_ms,
    COUNT(outcome) AS joined,
    COUNT(CASE WHEN outcome = 'served' THEN 1 END) AS served,
    COUNT(CASE WHEN outcome = 'abandoned' THEN 1 END) AS abandoned,
    COUNT(CASE WHEN outcome = 'censored' THEN 1 END) AS censored,
    COALESCE(SUM(wait_ms), CAST(0 AS BIGINT)) AS wait_ms,
    MAX(wait_ms) AS wait_ms_max,
    COUNT(CASE WHEN wait_ms > ${target_wait_ms} THEN 1 END) AS served_over_target,
    COALESCE(SUM(queue_ms), CAST(0 AS BIGINT)) AS queue_ms,
    DURATION_HISTOGRAM(wait_ms, 1) AS wait_histogram,
    CAST(SUM(late_snapshots) AS DOUBLE) / SUM(snapshots) AS late_share,
    AVG(camera_up_share) AS camera_up_share
  FROM TABLE(TUMBLE(TABLE facts, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, lane_id, window_start, window_end, window_time
),
with_quarter AS (
  SELECT
    *,
    SUM(queue_person_ms) OVER quarter_hour AS quarter_person_ms,
    SUM(queue_ms) OVER quarter_hour AS quarter_queue_ms,
    SUM(joined) OVER quarter_hour AS quarter_joined
  FROM lane_minutes
  WINDOW quarter_hour AS (
    PARTITION BY store_id, lane_id
    ORDER BY window_time
    -- By rows: Flink has no range of time in batch. A lane that is watched has a row every minute.
    ROWS BETWEEN 14 PRECEDING AND CURRENT ROW
  )
),
measured AS (
  SELECT
    *,
    queue_interval_ms / 60000e0 AS coverage,
    CAST(censored AS DOUBLE) / NULLIF(joined, 0) AS lost_share,
    -- L = queue_person_ms / time and lambda W = queue_ms / time (Little 1961): the time cancels out.
    CASE
      WHEN quarter_joined >= 10
        THEN CAST(ABS(quarter_person_ms - quarter_queue_ms) AS DOUBLE) / NULLIF(quarter_person_ms, 0)
    END AS little_gap
  FROM with_quarter
)
SELECT
  store_id, lane_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  -- No watched time is no answer, not an empty queue.
  CAST(queue_person_ms AS DOUBLE) / NULLIF(queue_interval_ms, 0) AS queue_length_mean,
  queue_length_max, queue_person_ms, service_person_ms, open_ms,
  joined, served, abandoned, censored, wait_ms, wait_ms_max, served_over_target, queue_ms, wait_histogram,
  coverage, camera_up_share, late_share, lost_share, little_gap, ${quality} AS quality
FROM measured
