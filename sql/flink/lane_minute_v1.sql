-- question: How long were the queue and the waits at each lane, and was it open?
-- grain: one lane and minute
-- reads: zone_minute, lane_open, journey
-- writes: lane_minute_v1
-- window: tumbling, 1 minute; a journey counts when it left the queue
-- lateness: on time only
WITH
queue_length AS (
  SELECT
    store_id, lane_id, rowtime, person_ms AS queue_person_ms, interval_ms AS queue_interval_ms,
    occupancy_max AS queue_length_max, CAST(0 AS BIGINT) AS service_person_ms, CAST(0 AS BIGINT) AS open_ms,
    CAST(NULL AS STRING) AS outcome, CAST(NULL AS BIGINT) AS wait_ms
  FROM zone_minute
  WHERE zone_kind = 'queue' AND lane_id IS NOT NULL
),
in_service AS (
  SELECT
    store_id, lane_id, rowtime, CAST(0 AS BIGINT), CAST(0 AS BIGINT),
    CAST(NULL AS INT), person_ms, CAST(0 AS BIGINT),
    CAST(NULL AS STRING), CAST(NULL AS BIGINT)
  FROM zone_minute
  WHERE zone_kind = 'service' AND lane_id IS NOT NULL
),
open_time AS (
  SELECT
    store_id, lane_id, rowtime, CAST(0 AS BIGINT), CAST(0 AS BIGINT),
    CAST(NULL AS INT), CAST(0 AS BIGINT), open_ms,
    CAST(NULL AS STRING), CAST(NULL AS BIGINT)
  FROM lane_open
),
journeys AS (
  SELECT
    store_id, lane_id, rowtime, CAST(0 AS BIGINT), CAST(0 AS BIGINT),
    CAST(NULL AS INT), CAST(0 AS BIGINT), CAST(0 AS BIGINT),
    outcome, wait_ms
  FROM journey
),
facts AS (
  SELECT * FROM queue_length
  UNION ALL
  SELECT * FROM in_service
  UNION ALL
  SELECT * FROM open_time
  UNION ALL
  SELECT * FROM journeys
),
lane_minutes AS (
  SELECT
    store_id, lane_id, window_start, window_end,
    SUM(queue_person_ms) AS queue_person_ms,
    SUM(queue_interval_ms) AS queue_interval_ms,
    MAX(queue_length_max) AS queue_length_max,
    SUM(service_person_ms) AS service_person_ms,
    SUM(open_ms) AS open_ms,
    COUNT(outcome) AS joined,
    COUNT(CASE WHEN outcome = 'served' THEN 1 END) AS served,
    COUNT(CASE WHEN outcome = 'abandoned' THEN 1 END) AS abandoned,
    COUNT(CASE WHEN outcome = 'censored' THEN 1 END) AS censored,
    SUM(COALESCE(wait_ms, 0)) AS wait_ms,
    MAX(wait_ms) AS wait_ms_max,
    COUNT(CASE WHEN wait_ms > ${target_wait_ms} THEN 1 END) AS served_over_target
  FROM TABLE(TUMBLE(TABLE facts, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, lane_id, window_start, window_end
)
SELECT
  store_id, lane_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  -- No watched time is no answer, not an empty queue.
  CAST(queue_person_ms AS DOUBLE) / NULLIF(queue_interval_ms, 0) AS queue_length_mean,
  queue_length_max, queue_person_ms, service_person_ms, open_ms,
  joined, served, abandoned, censored, wait_ms, wait_ms_max, served_over_target,
  queue_interval_ms / 60000e0 AS coverage
FROM lane_minutes
