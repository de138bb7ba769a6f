-- question: How full was each zone today, minute by minute, and how full is it now?
-- grain: one zone and minute of its store's latest day
-- reads: zone_minute_v1, zone_v1, store_v1
-- order: store_id, zone_id, window_start
-- chart: line x=window_start y=occupancy_mean by=zone_id
-- column: business_date = Date where the store is
-- column: local_time = Start of the minute on the store's own clock
-- column: name = What people call the zone; its id where zone_v1 does not list it
-- column: occupancy_now = occupancy_mean of the store's latest minute; null for others
-- Only the latest hours of the lake are read. A store that was silent for the last quarter of an hour has no now. A store that store_v1 does not describe has the clock of UTC.
WITH
local AS (
  SELECT
    minutes.*,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS timestamp) AS local_time,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_date
  FROM zone_minute_v1 AS minutes
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
  dated.store_id, dated.business_date, dated.window_start, dated.local_time, dated.zone_id, dated.zone_kind,
  COALESCE(zone_v1.name, dated.zone_id) AS name,
  dated.occupancy_mean, dated.occupancy_max,
  CASE WHEN dated.is_latest THEN dated.occupancy_mean END AS occupancy_now,
  dated.coverage, dated.quality
FROM dated
LEFT JOIN zone_v1 ON zone_v1.store_id = dated.store_id AND zone_v1.zone_id = dated.zone_id
WHERE dated.business_date = dated.latest_date
