-- question: At which hours are the aisles and lanes of each store busy, and how long do people stay or wait there?
-- grain: one period, store, aisle or lane, and hour of the day in which the store is open
-- reads: period_v1, store_day_v1, open_hour, zone_local_hour_v1, lane_local_hour_v1, zone_v1, lane_v1
-- order: store_id, place_kind, place_id, hour_of_day
-- chart: heat x=hour_of_day y=place_id by=people
-- column: place_kind = What place_id names: aisle (a zone) or lane
-- column: place_id = Aisle or checkout lane
-- column: place_name = What people call it; its id where nobody named it
-- column: people = Visits of at least 5 s to an aisle, or customers served at a lane
-- column: seconds = Sum of the dwell of these visits, or of the waits of the served
-- column: over_target = Served after more than the target wait; null for an aisle
-- column: hours_open = Hours in which the store was open at that hour of the day
-- column: hours_seen = Of these, the hours in which the place was watched
-- column: is_suppressed = Figures of too few people are not shown
-- What was counted at hours of the day in which the store is never open is left out. Those of more than 4 served who
-- waited too long are told however few they are.
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
  SELECT store_date.business_date, max(bound.bound_date) AS segment_date
  FROM store_date
  INNER JOIN bound ON bound.bound_date <= store_date.business_date
  GROUP BY store_date.business_date
),
open_time AS (
  SELECT store_id, business_date, window_start, hour_of_day, open_share FROM open_hour
),
fact AS (
  SELECT
    store_id, business_date, window_start, hour_of_day, 'aisle' AS place_kind, zone_id AS place_id,
    visits AS people, dwell_ms AS spent_ms, CAST(NULL AS BIGINT) AS over_target, coverage
  FROM zone_local_hour_v1
  WHERE zone_kind = 'aisle'
  UNION ALL
  SELECT
    store_id, business_date, window_start, hour_of_day, 'lane', lane_id, served, wait_ms, served_over_target, coverage
  FROM lane_local_hour_v1
),
place_segment AS (
  SELECT
    segment_day.segment_date, fact.store_id, fact.place_kind, fact.place_id, fact.hour_of_day,
    sum(fact.people) AS people, sum(fact.spent_ms) AS spent_ms, sum(fact.over_target) AS over_target,
    COALESCE(sum(fact.coverage * open_time.open_share), 0e0) AS hours_seen
  FROM fact
  INNER JOIN segment_day ON segment_day.business_date = fact.business_date
  LEFT JOIN open_time
    ON open_time.store_id = fact.store_id
    AND open_time.business_date = fact.business_date
    AND open_time.window_start = fact.window_start
  GROUP BY segment_day.segment_date, fact.store_id, fact.place_kind, fact.place_id, fact.hour_of_day
),
place AS (
  SELECT
    period_v1.period_id, period_v1.period_kind,
    segment.store_id, segment.place_kind, segment.place_id, segment.hour_of_day,
    CAST(sum(segment.people) AS BIGINT) AS people,
    CAST(sum(segment.spent_ms) AS DOUBLE) / 1000e0 AS seconds,
    CAST(sum(segment.over_target) AS BIGINT) AS over_target,
    sum(segment.hours_seen) AS hours_seen
  FROM period_v1
  INNER JOIN place_segment AS segment
    ON segment.segment_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY
    period_v1.period_id, period_v1.period_kind,
    segment.store_id, segment.place_kind, segment.place_id, segment.hour_of_day
),
store_segment AS (
  SELECT segment_day.segment_date, open_time.store_id, open_time.hour_of_day, sum(open_time.open_share) AS hours_open
  FROM open_time
  INNER JOIN segment_day ON segment_day.business_date = open_time.business_date
  GROUP BY segment_day.segment_date, open_time.store_id, open_time.hour_of_day
),
store_open AS (
  SELECT period_v1.period_id, segment.store_id, segment.hour_of_day, sum(segment.hours_open) AS hours_open
  FROM period_v1
  INNER JOIN store_segment AS segment
    ON segment.segment_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, segment.store_id, segment.hour_of_day
)
SELECT
  place.period_id, place.period_kind, place.store_id, place.place_kind, place.place_id,
  COALESCE(zone_v1.name, lane_v1.name, place.place_id) AS place_name, place.hour_of_day,
  CASE WHEN place.people = 0 OR place.people >= ${smallest_cell} THEN place.people END AS people,
  CASE WHEN place.people = 0 OR place.people >= ${smallest_cell} THEN place.seconds END AS seconds,
  CASE WHEN place.people = 0 OR place.people >= ${smallest_cell} THEN place.over_target END AS over_target,
  store_open.hours_open, place.hours_seen,
  place.people BETWEEN 1 AND ${smallest_cell} - 1 AS is_suppressed
FROM place
INNER JOIN store_open
  ON store_open.period_id = place.period_id
  AND store_open.store_id = place.store_id
  AND store_open.hour_of_day = place.hour_of_day
LEFT JOIN zone_v1
  ON place.place_kind = 'aisle' AND zone_v1.store_id = place.store_id AND zone_v1.zone_id = place.place_id
LEFT JOIN lane_v1
  ON place.place_kind = 'lane' AND lane_v1.store_id = place.store_id AND lane_v1.lane_id = place.place_id
