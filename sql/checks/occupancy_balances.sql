-- check: In each zone those who entered less those who left are those present, minute by minute, never below nobody.
-- level: warn
-- reads: zone_minute_v1, event_v1
-- By the edge's rule a snapshot's count is the count before plus entered minus left. From the first snapshot that is
-- missing, late or of another boot on, a zone is judged no more.
WITH
looks AS (
  SELECT
    store_id, zone.zone_id AS zone_id, date_trunc('minute', event_time) AS window_start, event_time, is_late,
    snapshot.interval_ms AS interval_ms, CONCAT(device_id, '/', boot_id) AS boot, zone."count" AS present
  FROM (SELECT * FROM event_v1 WHERE kind = 'snapshot') AS snapshots
  CROSS JOIN UNNEST(snapshot.zones) AS zone
),
linked AS (
  SELECT
    *,
    lag(event_time) OVER in_order AS previous_time,
    lag(interval_ms) OVER in_order AS previous_ms,
    lag(boot) OVER in_order AS previous_boot,
    row_number() OVER (PARTITION BY store_id, zone_id, window_start ORDER BY event_time DESC) AS age
  FROM looks
  WINDOW in_order AS (PARTITION BY store_id, zone_id ORDER BY event_time)
),
last_look AS (
  SELECT
    store_id, zone_id, window_start,
    max(present) FILTER (WHERE age = 1) AS present,
    max(CASE
      WHEN is_late OR boot <> previous_boot THEN 1
      WHEN event_time <> previous_time + INTERVAL '1' SECOND * (previous_ms / 1000e0) THEN 1
      ELSE 0
    END) AS is_broken
  FROM linked
  GROUP BY store_id, zone_id, window_start
),
minutes AS (
  SELECT
    zone_minute.store_id, zone_minute.zone_id, zone_minute.window_start, present, entered, "left",
    sum(entered - "left") OVER so_far AS balance,
    max(is_broken) OVER so_far AS is_broken
  FROM zone_minute_v1 AS zone_minute
  JOIN last_look
    ON zone_minute.store_id = last_look.store_id AND zone_minute.zone_id = last_look.zone_id
    AND zone_minute.window_start = last_look.window_start
  WINDOW so_far AS (
    PARTITION BY zone_minute.store_id, zone_minute.zone_id
    ORDER BY zone_minute.window_start
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
)
SELECT store_id, zone_id, window_start, entered, "left", balance, present
FROM minutes
WHERE is_broken = 0 AND (balance < 0 OR balance <> present)
