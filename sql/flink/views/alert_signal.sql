-- question: What do the alert rules look at, and which rules hold for the store at that time?
-- grain: one store and window of 10 s, one hazard, one store and minute of visits, one store and window of camera reports
-- reads: store_window, event, camera_health, visit
-- window: tumbling, 10 s; visits 1 minute; hazards as they come
-- lateness: on time only
-- A store's zones are one row: the policy is the job's only Python, and a row through it costs a fifth of a millisecond.
WITH
zones AS (
  SELECT
    store_id, 'zones' AS kind, window_end_seconds * CAST(1000 AS BIGINT) AS time_ms, ZONES_TEXT(zones) AS body
  FROM store_window
),
hazards AS (
  SELECT
    store_id, 'hazard' AS kind, event_time_ms AS time_ms,
    JSON_ARRAY(
      hazard.hazard_id, hazard.camera_id, COALESCE(hazard.zone_id, ''), hazard.label, hazard.confidence,
      COALESCE(hazard.clip_id, '')
    ) AS body
  FROM event
  WHERE kind = 'hazard'
),
cameras AS (
  SELECT
    store_id, 'cameras' AS kind,
    TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_end) * CAST(1000 AS BIGINT) AS time_ms,
    '[' || LISTAGG(JSON_ARRAY(camera_id, state, COALESCE(is_moved, FALSE), minute_ms)) || ']' AS body
  FROM TABLE(TUMBLE(TABLE camera_health, DESCRIPTOR(rowtime), INTERVAL '10' SECOND))
  GROUP BY store_id, window_start, window_end
),
-- A visit that changed takes back what it counted for before.
counted AS (
  SELECT store_id, rowtime, zone_id, dwell_ms, 1 AS weight
  FROM visit
  WHERE merged_into IS NULL AND NOT is_staff AND dwell_ms >= ${pass_through_ms}
  UNION ALL
  SELECT store_id, rowtime, zone_id, previous_dwell_ms, -1
  FROM visit
  WHERE previous_dwell_ms IS NOT NULL AND NOT previous_is_staff AND previous_dwell_ms >= ${pass_through_ms}
),
visits AS (
  SELECT
    store_id, 'visits' AS kind,
    TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_end) * CAST(1000 AS BIGINT) AS time_ms,
    '[' || LISTAGG(JSON_ARRAY(zone_id, dwell_ms, weight)) || ']' AS body
  FROM TABLE(TUMBLE(TABLE counted, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, window_start, window_end
),
signals AS (
  SELECT * FROM zones
  UNION ALL
  SELECT * FROM hazards
  UNION ALL
  SELECT * FROM cameras
  UNION ALL
  SELECT * FROM visits
)
SELECT
  store_id, kind, time_ms, body,
  RULES_OF(store_id, time_ms, '${rules_table}', '${rules_region}', '${rules_endpoint}') AS rules
FROM signals
