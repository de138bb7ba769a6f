-- question: What did each device's zones hold during each interval?
-- grain: one device and interval
-- reads: event
-- window: none
-- lateness: on time only
SELECT
  store_id, device_id, event_time_ms, rowtime, is_late,
  snapshot.interval_ms AS interval_ms, snapshot.zones AS zones
FROM event
WHERE kind = 'snapshot'
