-- question: For how long of each interval was each lane open?
-- grain: one lane's service zone and interval
-- reads: zone_snapshot
-- window: none; a lane's state is kept for the state's time to live
-- lateness: on time only
SELECT
  store_id, lane_id, rowtime,
  LANE_OPEN_MS(person_ms + staff_person_ms, CAST(interval_ms AS BIGINT)) OVER (
    PARTITION BY store_id, lane_id
    ORDER BY rowtime
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS open_ms
FROM zone_snapshot
WHERE zone_kind = 'service' AND lane_id IS NOT NULL
