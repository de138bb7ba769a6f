-- question: In which hours is each store open, on its own clock?
-- grain: one store and hour in which it is open, in part at least
-- reads: store_day_v1, store_v1
-- order: store_id, window_start
-- column: iso_weekday = 1 = Monday to 7 = Sunday
-- column: hour_of_day = Hour on the clock where the store is, 0 to 23
-- column: window_start = Start of the hour, inclusive: tells the two apart that a clock set back shows alike
-- column: open_share = Share of the hour in which the store is open, 0 to 1
-- What coverage is measured against: an hour that should have been watched is here, whether or not it was.
-- A day has 23, 24 or 25 hours; window_start tells apart the two that a clock set back shows alike. Hours are counted
-- from midnight: where a clock is changed by half an hour (Lord Howe Island), that day's later ones find no facts.
WITH
candidate AS (
  SELECT
    trading.store_id, trading.business_date, trading.opens_at, trading.closes_at, store.time_zone,
    date_add('hour', hours.number, trading.day_start) AS window_start
  FROM store_day_v1 AS trading
  INNER JOIN store_v1 AS store ON store.store_id = trading.store_id
  CROSS JOIN (
    VALUES
      (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19),
      (20), (21), (22), (23), (24)
  ) AS hours (number)
  WHERE trading.is_open AND date_add('hour', hours.number, trading.day_start) < trading.day_end
)
SELECT
  store_id, business_date,
  CAST(day_of_week(business_date) AS INTEGER) AS iso_weekday,
  CAST(hour(CAST(at_timezone(window_start, time_zone) AS timestamp)) AS INTEGER) AS hour_of_day,
  window_start,
  CAST(date_diff('second', greatest(window_start, opens_at), least(date_add('hour', 1, window_start), closes_at))
    AS DOUBLE) / 3600e0 AS open_share
FROM candidate
WHERE window_start < closes_at AND date_add('hour', 1, window_start) > opens_at
