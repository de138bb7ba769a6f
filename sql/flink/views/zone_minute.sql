-- question: How many customers were in each zone, minute by minute, and how well was it watched?
-- grain: one zone and minute
-- reads: snapshot, camera_minute
-- window: tumbling, 1 minute
-- lateness: on time only
WITH
-- A store's snapshots are added up as they are: sixty zones in a snapshot would else be sixty keyed rows.
by_store AS (
  SELECT
    store_id, window_start, window_end, window_time,
    ZONE_SUMS(zones, interval_ms, event_time_ms, is_late) AS zones
  FROM TABLE(TUMBLE(TABLE snapshot, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, window_start, window_end, window_time
),
counted AS (
  SELECT
    store_id, window_start, window_end, window_time, zone_id, zone_kind, lane_id, camera_id,
    count_max AS occupancy_max, person_ms, interval_ms, entered, `left`, staff_person_ms, snapshots, late_snapshots
  FROM by_store
  CROSS JOIN UNNEST(zones) AS zone (
    zone_id, zone_kind, lane_id, camera_id, `count`, longest_stay_ms, count_max, person_ms, interval_ms, entered, `left`,
    staff_person_ms, snapshots, late_snapshots
  )
)
SELECT
  counted.store_id, counted.zone_id, counted.zone_kind, counted.lane_id,
  counted.window_start, counted.window_end, counted.window_time AS rowtime,
  occupancy_max, person_ms, interval_ms, entered, `left`, staff_person_ms, snapshots, late_snapshots,
  camera_minute.up_share AS camera_up_share
FROM counted
LEFT JOIN camera_minute
  ON counted.store_id = camera_minute.store_id
  AND counted.camera_id = camera_minute.camera_id
  AND counted.window_start = camera_minute.window_start
  AND counted.window_end = camera_minute.window_end
