-- question: What became of the records of each device, hour by hour of arrival?
-- grain: one device and hour of arrival
-- reads: stored_event, stored_rejection
-- writes: accounting_hour_v1
-- window: tumbling, 1 hour, on the arrival
-- lateness: late events are counted as such
WITH
outcomes AS (
  SELECT
    store_id, device_id, arrival_time, CONCAT(shard_id, '/', sequence_number) AS place,
    CASE WHEN is_late THEN 'late' ELSE 'accepted' END AS outcome
  FROM stored_event
  UNION ALL
  -- A late event is in both tables: it is counted where it is kept.
  SELECT
    COALESCE(store_id, ''), COALESCE(device_id, ''), arrival_time, CONCAT(shard_id, '/', sequence_number), reason
  FROM stored_rejection
  WHERE reason <> 'late'
),
in_hours AS (
  SELECT *, FLOOR(arrival_time TO HOUR) AS hour_start FROM outcomes
),
counted AS (
  SELECT
    store_id, device_id, hour_start,
    COUNT(DISTINCT place) AS received,
    COUNT(CASE WHEN outcome = 'accepted' THEN 1 END) AS accepted,
    COUNT(CASE WHEN outcome = 'late' THEN 1 END) AS late,
    COUNT(CASE WHEN outcome = 'duplicate' THEN 1 END) AS duplicate,
    COUNT(CASE WHEN outcome NOT IN ('accepted', 'late', 'duplicate') THEN 1 END) AS rejected,
    COUNT(CASE WHEN outcome = 'future_time' THEN 1 END) AS from_the_future
  FROM in_hours
  GROUP BY store_id, device_id, hour_start
)
SELECT
  store_id, device_id,
  hour_start AS window_start,
  hour_start + INTERVAL '1' HOUR AS window_end,
  received, accepted, late, duplicate, rejected,
  CAST(late AS DOUBLE) / NULLIF(accepted + late, 0) AS late_share,
  from_the_future > 0 AS is_clock_skewed
FROM counted
