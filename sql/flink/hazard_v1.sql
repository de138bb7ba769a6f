-- question: What might be dangerous, for a person to judge?
-- grain: one hazard event
-- reads: event
-- writes: hazard_v1
-- window: none
-- lateness: on time only
SELECT
  store_id, hazard.hazard_id AS hazard_id, hazard.camera_id AS camera_id, hazard.zone_id AS zone_id,
  hazard.label AS label, hazard.confidence AS confidence, hazard.box AS box, hazard.clip_id AS clip_id,
  TO_TIMESTAMP_LTZ(event_time_ms, 3) AS event_time, event_id
FROM event
WHERE kind = 'hazard'
