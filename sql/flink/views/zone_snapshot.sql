-- question: What did each zone hold during each interval?
-- grain: one zone and interval
-- reads: event
-- window: none
-- lateness: on time only
WITH snapshots AS (
  SELECT
    store_id, device_id, event_time_ms, rowtime, is_late,
    snapshot.interval_ms AS interval_ms, snapshot.zones AS zones
  FROM event
  WHERE kind = 'snapshot'
)
SELECT
  store_id, device_id, event_time_ms, rowtime, is_late, interval_ms,
  zone_id, zone_kind, lane_id, camera_id, `count`, count_max, person_ms, entered, `left`, longest_stay_ms,
  staff_person_ms
FROM snapshots
CROSS JOIN UNNEST(zones) AS zone (
  zone_id, zone_kind, lane_id, camera_id, `count`, count_max, person_ms, entered, `left`, longest_stay_ms,
  staff_person_ms
)
