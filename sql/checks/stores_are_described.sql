-- check: Every store, zone and lane that has facts is described, so that no figure falls out of a comparison.
-- level: warn
-- reads: traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1, store_v1, store_day_v1, zone_v1, lane_v1
WITH
store_dates AS (
  SELECT DISTINCT store_id, business_date FROM traffic_local_hour_v1
  UNION
  SELECT DISTINCT store_id, business_date FROM zone_local_hour_v1
),
zones AS (
  SELECT DISTINCT store_id, zone_id FROM zone_local_hour_v1
),
lanes AS (
  SELECT DISTINCT store_id, lane_id FROM lane_local_hour_v1
)
SELECT DISTINCT store_dates.store_id, 'store_v1' AS lacking, store_dates.store_id AS id
FROM store_dates
LEFT JOIN store_v1 ON store_dates.store_id = store_v1.store_id
WHERE store_v1.store_id IS NULL
UNION ALL
SELECT store_dates.store_id, 'store_day_v1', CAST(store_dates.business_date AS VARCHAR)
FROM store_dates
LEFT JOIN store_day_v1
  ON store_dates.store_id = store_day_v1.store_id AND store_dates.business_date = store_day_v1.business_date
WHERE store_day_v1.store_id IS NULL
UNION ALL
SELECT zones.store_id, 'zone_v1', zones.zone_id
FROM zones
LEFT JOIN zone_v1 ON zones.store_id = zone_v1.store_id AND zones.zone_id = zone_v1.zone_id
WHERE zone_v1.zone_id IS NULL
UNION ALL
SELECT lanes.store_id, 'lane_v1', lanes.lane_id
FROM lanes
LEFT JOIN lane_v1 ON lanes.store_id = lane_v1.store_id AND lanes.lane_id = lane_v1.lane_id
WHERE lane_v1.lane_id IS NULL
