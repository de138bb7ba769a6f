-- check: The hours of lanes and zones add up to their minutes, each minute once.
-- level: fail
-- reads: lane_hour, zone_hour, lane_minute_v1, zone_minute_v1, dwell_minute_v1
WITH
facts AS (
  SELECT store_id, 'lane' AS kind, lane_id AS id, 'joined' AS measure, joined AS by_minute, 0 AS by_hour
  FROM lane_minute_v1
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'wait_ms', wait_ms, 0 FROM lane_minute_v1
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'queue_person_ms', queue_person_ms, 0 FROM lane_minute_v1
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'open_ms', open_ms, 0 FROM lane_minute_v1
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'person_ms', person_ms, 0 FROM zone_minute_v1
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'entered', entered, 0 FROM zone_minute_v1
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'visits', visits, 0 FROM dwell_minute_v1
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'dwell_ms', dwell_ms, 0 FROM dwell_minute_v1
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'joined', 0, joined FROM lane_hour
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'wait_ms', 0, wait_ms FROM lane_hour
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'queue_person_ms', 0, queue_person_ms FROM lane_hour
  UNION ALL
  SELECT store_id, 'lane', lane_id, 'open_ms', 0, open_ms FROM lane_hour
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'person_ms', 0, person_ms FROM zone_hour
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'entered', 0, entered FROM zone_hour
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'visits', 0, visits FROM zone_hour
  UNION ALL
  SELECT store_id, 'zone', zone_id, 'dwell_ms', 0, dwell_ms FROM zone_hour
)
SELECT store_id, kind, id, measure, sum(by_minute) AS by_minute, sum(by_hour) AS by_hour
FROM facts
GROUP BY store_id, kind, id, measure
HAVING sum(by_minute) <> sum(by_hour)
