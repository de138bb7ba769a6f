-- question: How long were queues and waits at each lane today, minute by minute, and how are they now?
-- grain: one lane and minute of its store's latest day
-- reads: lane_minute_v1, zone_minute_v1, lane_v1, store_v1
-- order: store_id, lane_id, window_start
-- chart: line x=window_start y=queue_length_mean by=lane_id
-- column: business_date = Date where the store is
-- column: local_time = Start of the minute on the store's own clock
-- column: lane_name = What people call the lane; its id where lane_v1 does not list it
-- column: queue_length_now = queue_length_mean of the store's latest minute; null for others
-- column: wait_seconds = Sum of the waits of the served
-- column: wait_seconds_max = Longest wait among the served
-- column: open_share = Share of the minute in which the lane was open
-- column: is_open_now = 1 where the lane was open in the store's latest minute, 0 where it was not; null for others
-- Only the latest hours of the lake are read. A store that was silent for the last quarter of an hour has no now. A store that store_v1 does not describe has the clock of UTC.
WITH
local AS (
  SELECT
    minutes.*,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS timestamp) AS local_time,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_date
  FROM lane_minute_v1 AS minutes
  LEFT JOIN store_v1 ON store_v1.store_id = minutes.store_id
  WHERE minutes.window_start >= ${recent_from}
),
dated AS (
  SELECT
    local.*,
    max(business_date) OVER (PARTITION BY store_id) AS latest_date,
    window_start = max(window_start) OVER (PARTITION BY store_id)
      AND window_start >= max(window_start) OVER () - INTERVAL '15' MINUTE AS is_latest
  FROM local
)
SELECT
  dated.store_id, dated.business_date, dated.window_start, dated.local_time, dated.lane_id,
  COALESCE(lane_v1.name, dated.lane_id) AS lane_name, lane_v1.lane_kind, lane_v1.position,
  dated.queue_length_mean, dated.queue_length_max,
  CASE WHEN dated.is_latest THEN dated.queue_length_mean END AS queue_length_now,
  dated.joined, dated.served, dated.abandoned,
  CAST(dated.wait_ms AS DOUBLE) / 1000e0 AS wait_seconds,
  CAST(dated.wait_ms_max AS DOUBLE) / 1000e0 AS wait_seconds_max,
  dated.served_over_target,
  CAST(dated.open_ms AS DOUBLE) / 60000e0 AS open_share,
  CASE WHEN dated.is_latest THEN CASE WHEN dated.open_ms > 0 THEN 1 ELSE 0 END END AS is_open_now,
  dated.coverage, dated.quality
FROM dated
LEFT JOIN lane_v1 ON lane_v1.store_id = dated.store_id AND lane_v1.lane_id = dated.lane_id
WHERE dated.business_date = dated.latest_date
