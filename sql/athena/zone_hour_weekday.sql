-- question: At which hours of which weekdays do people visit each aisle, and how long do they stay?
-- grain: one period, store, aisle, weekday and hour of the day in which the store is open
-- reads: period_v1, store_day_v1, open_hour, zone_local_hour_v1, zone_v1
-- order: store_id, zone_id, iso_weekday, hour_of_day
-- chart: heat x=hour_of_day y=iso_weekday by=visits
-- column: name = What people call the aisle; its id where nobody named it
-- column: iso_weekday = 1 = Monday to 7 = Sunday
-- column: visits = Customer visits of at least 5 s
-- column: dwell_seconds = Sum of the dwell of these visits
-- column: person_hours = Time that customers spent in the aisle, in person-hours
-- column: hours_open = Hours in which the store was open at that hour of that weekday
-- column: hours_seen = Of these, the hours in which the aisle was watched
-- column: is_suppressed = Figures of too few people are not shown
-- What was counted at hours of a weekday in which the store is never open is left out.
-- Days between two bounds of periods are in the same periods: they are summed first, as periods share their days.
WITH
bound AS (
  SELECT start_date AS bound_date FROM period_v1
  UNION
  SELECT CAST(date_add('day', 1, end_date) AS date) FROM period_v1
),
store_date AS (
  SELECT business_date FROM store_day_v1 GROUP BY business_date
),
segment_day AS (
  SELECT
    store_date.business_date, CAST(day_of_week(store_date.business_date) AS INTEGER) AS iso_weekday,
    max(bound.bound_date) AS segment_date
  FROM store_date
  INNER JOIN bound ON bound.bound_date <= store_date.business_date
  GROUP BY store_date.business_date
),
open_time AS (
  SELECT store_id, business_date, window_start, hour_of_day, open_share FROM open_hour
),
aisle_segment AS (
  SELECT
    segment_day.segment_date, facts.store_id, facts.zone_id, segment_day.iso_weekday, facts.hour_of_day,
    sum(facts.visits) AS visits, sum(facts.dwell_ms) AS dwell_ms, sum(facts.person_ms) AS person_ms,
    COALESCE(sum(facts.coverage * open_time.open_share), 0e0) AS hours_seen
  FROM zone_local_hour_v1 AS facts
  INNER JOIN segment_day ON segment_day.business_date = facts.business_date
  LEFT JOIN open_time
    ON open_time.store_id = facts.store_id
    AND open_time.business_date = facts.business_date
    AND open_time.window_start = facts.window_start
  WHERE facts.zone_kind = 'aisle'
  GROUP BY segment_day.segment_date, facts.store_id, facts.zone_id, segment_day.iso_weekday, facts.hour_of_day
),
aisle AS (
  SELECT
    period_v1.period_id, period_v1.period_kind,
    segment.store_id, segment.zone_id, segment.iso_weekday, segment.hour_of_day,
    CAST(sum(segment.visits) AS BIGINT) AS visits,
    CAST(sum(segment.dwell_ms) AS DOUBLE) / 1000e0 AS dwell_seconds,
    CAST(sum(segment.person_ms) AS DOUBLE) / 3600000e0 AS person_hours,
    sum(segment.hours_seen) AS hours_seen
  FROM period_v1
  INNER JOIN aisle_segment AS segment
    ON segment.segment_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY
    period_v1.period_id, period_v1.period_kind,
    segment.store_id, segment.zone_id, segment.iso_weekday, segment.hour_of_day
),
store_segment AS (
  SELECT
    segment_day.segment_date, open_time.store_id, segment_day.iso_weekday, open_time.hour_of_day,
    sum(open_time.open_share) AS hours_open
  FROM open_time
  INNER JOIN segment_day ON segment_day.business_date = open_time.business_date
  GROUP BY segment_day.segment_date, open_time.store_id, segment_day.iso_weekday, open_time.hour_of_day
),
store_open AS (
  SELECT
    period_v1.period_id, segment.store_id, segment.iso_weekday, segment.hour_of_day,
    sum(segment.hours_open) AS hours_open
  FROM period_v1
  INNER JOIN store_segment AS segment
    ON segment.segment_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, segment.store_id, segment.iso_weekday, segment.hour_of_day
)
SELECT
  aisle.period_id, aisle.period_kind, aisle.store_id, aisle.zone_id,
  COALESCE(zone_v1.name, aisle.zone_id) AS name, zone_v1.department, aisle.iso_weekday, aisle.hour_of_day,
  CASE WHEN aisle.visits = 0 OR aisle.visits >= ${smallest_cell} THEN aisle.visits END AS visits,
  CASE WHEN aisle.visits = 0 OR aisle.visits >= ${smallest_cell} THEN aisle.dwell_seconds END AS dwell_seconds,
  CASE WHEN aisle.visits = 0 OR aisle.visits >= ${smallest_cell} THEN aisle.person_hours END AS person_hours,
  store_open.hours_open, aisle.hours_seen,
  aisle.visits BETWEEN 1 AND ${smallest_cell} - 1 AS is_suppressed
FROM aisle
INNER JOIN store_open
  ON store_open.period_id = aisle.period_id
  AND store_open.store_id = aisle.store_id
  AND store_open.iso_weekday = aisle.iso_weekday
  AND store_open.hour_of_day = aisle.hour_of_day
LEFT JOIN zone_v1 ON zone_v1.store_id = aisle.store_id AND zone_v1.zone_id = aisle.zone_id
