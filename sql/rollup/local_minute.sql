-- question: Within which hour on the store's own clock does each minute lie, and when does that hour begin and end?
-- grain: one store and minute of which a table of minutes has a row
-- reads: zone_minute_v1, dwell_minute_v1, lane_minute_v1, traffic_minute_v1, store_v1
-- column: minute_start = Start of the minute, inclusive
-- column: hour_minutes = Minutes that the hour has: 60, or fewer when the clock is changed within it
-- A clock is changed on a quarter of its hours: by an hour on the hour nearly everywhere, by half an hour on Lord Howe
-- Island, at a quarter to three on the Chatham Islands. So the hour of a minute begins at the first of its quarters from
-- which the clock has run without a change, and ends likewise. Two hours that show alike are two, and none overlap.
WITH
store_minute AS (
  SELECT store_id, window_start FROM zone_minute_v1
  UNION
  SELECT store_id, window_start FROM dwell_minute_v1
  UNION
  SELECT store_id, window_start FROM lane_minute_v1
  UNION
  SELECT store_id, window_start FROM traffic_minute_v1
),
located AS (
  SELECT
    store_minute.store_id, window_start AS minute_start, time_zone,
    CAST(at_timezone(window_start, time_zone) AS timestamp) AS clock
  FROM store_minute
  JOIN store_v1 ON store_minute.store_id = store_v1.store_id
),
framed AS (
  SELECT
    store_id, minute_start, time_zone, clock, date_trunc('hour', clock) AS hour_clock,
    date_add('minute', -minute(clock), minute_start) AS full_start,
    date_add('minute', 60 - minute(clock), minute_start) AS full_end
  FROM located
),
bounded AS (
  SELECT
    store_id, minute_start, clock,
    CASE
      WHEN CAST(at_timezone(full_start, time_zone) AS timestamp) = hour_clock THEN full_start
      WHEN CAST(at_timezone((full_start + INTERVAL '15' MINUTE), time_zone) AS timestamp)
        = hour_clock + INTERVAL '15' MINUTE THEN full_start + INTERVAL '15' MINUTE
      WHEN CAST(at_timezone((full_start + INTERVAL '30' MINUTE), time_zone) AS timestamp)
        = hour_clock + INTERVAL '30' MINUTE THEN full_start + INTERVAL '30' MINUTE
      ELSE full_start + INTERVAL '45' MINUTE
    END AS window_start,
    CASE
      WHEN CAST(at_timezone((full_end - INTERVAL '1' MINUTE), time_zone) AS timestamp)
        = hour_clock + INTERVAL '59' MINUTE THEN full_end
      WHEN CAST(at_timezone((full_end - INTERVAL '16' MINUTE), time_zone) AS timestamp)
        = hour_clock + INTERVAL '44' MINUTE THEN full_end - INTERVAL '15' MINUTE
      WHEN CAST(at_timezone((full_end - INTERVAL '31' MINUTE), time_zone) AS timestamp)
        = hour_clock + INTERVAL '29' MINUTE THEN full_end - INTERVAL '30' MINUTE
      ELSE full_end - INTERVAL '45' MINUTE
    END AS window_end
  FROM framed
)
SELECT
  store_id, minute_start,
  CAST(clock AS date) AS business_date,
  CAST(hour(clock) AS INTEGER) AS hour_of_day,
  window_start, window_end,
  CAST(date_diff('minute', window_start, window_end) AS DOUBLE) AS hour_minutes
FROM bounded
