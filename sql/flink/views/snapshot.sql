-- question: What did each device's zones hold during each interval?
-- grain: one device and interval
-- reads: watch
-- window: none
-- lateness: on time only
SELECT store_id, event_time_ms, rowtime, is_late, interval_ms, zones
FROM watch
WHERE kind = 'snapshot'
