-- question: What load came to the doors and lanes of each store at each hour of each weekday, and with how much staff?
-- grain: one period, store, weekday and hour of the day in which it is open
-- reads: period_v1, coverage_hour, traffic_local_hour_v1, lane_local_hour_v1, staff_hour_v1
-- order: store_id, iso_weekday, hour_of_day
-- column: days_open = Days on which the store was open in that hour
-- column: visitors = Customers who came in; null when no line has a row
-- column: joined = Queue journeys, whatever the outcome; null when no lane has a row
-- column: served = Customers who were served
-- column: served_over_target = Served after more than the target wait
-- column: wait_ms = Sum of the waits of the served, in milliseconds
-- column: open_ms = Time that lanes were open, over all lanes, in milliseconds
-- column: staff_hours = Hours of staff planned in these hours; null when none is planned
-- column: staffed_visitors = Customers who came in on days with a plan
-- column: staffed_served = Customers who were served on days with a plan
-- column: traffic_staff_hours = Hours of staff of the time in which the doors were watched
-- column: lane_staff_hours = Hours of staff of the time in which the lanes were watched
-- column: lane_hours = Open hours in which the lanes were watched
-- column: coverage = Share of these open hours in which doors and lanes were watched: the lower of the two
-- column: service_seconds_mean = Mean time in service: presence in the service zones over the served
-- column: offered_load = Arrivals a second times seconds of a service, in erlangs; null when not known
-- What workforce builds on. Small cells are in it: share no rows of it outside the store.
WITH
part AS (
  SELECT
    store_id, business_date, hour_of_day, in_count AS visitors,
    CAST(NULL AS BIGINT) AS joined, CAST(NULL AS BIGINT) AS served, CAST(NULL AS BIGINT) AS served_over_target,
    CAST(NULL AS BIGINT) AS wait_ms, CAST(NULL AS BIGINT) AS service_person_ms, CAST(NULL AS BIGINT) AS open_ms,
    CAST(NULL AS DOUBLE) AS staff_hours,
    CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS DOUBLE) AS hours_open, CAST(NULL AS DOUBLE) AS hours_watched
  FROM traffic_local_hour_v1
  UNION ALL
  SELECT
    store_id, business_date, hour_of_day, NULL, joined, served, served_over_target, wait_ms, service_person_ms,
    open_ms, NULL, NULL, NULL, NULL
  FROM lane_local_hour_v1
  UNION ALL
  SELECT
    store_id, business_date, hour_of_day, NULL, NULL, NULL, NULL, NULL, NULL, NULL, staff_hours, NULL, NULL, NULL
  FROM staff_hour_v1
  UNION ALL
  SELECT
    store_id, business_date, hour_of_day, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    kind, open_share, open_share * coverage
  FROM coverage_hour
),
-- Two hours that a clock set back shows alike are one here, as they are in the plan of the staff.
day_hour AS (
  SELECT
    store_id, business_date, hour_of_day,
    CAST(day_of_week(business_date) AS INTEGER) AS iso_weekday,
    CAST(sum(visitors) AS BIGINT) AS visitors,
    CAST(sum(joined) AS BIGINT) AS joined,
    CAST(sum(served) AS BIGINT) AS served,
    CAST(sum(served_over_target) AS BIGINT) AS served_over_target,
    CAST(sum(wait_ms) AS BIGINT) AS wait_ms,
    CAST(sum(service_person_ms) AS BIGINT) AS service_person_ms,
    CAST(sum(open_ms) AS BIGINT) AS open_ms,
    sum(staff_hours) AS staff_hours,
    sum(hours_open) FILTER (WHERE kind = 'traffic') AS hours_open,
    sum(hours_watched) FILTER (WHERE kind = 'traffic') AS traffic_hours,
    sum(hours_watched) FILTER (WHERE kind = 'lanes') AS lane_hours
  FROM part
  GROUP BY store_id, business_date, hour_of_day
),
cell AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, day_hour.store_id, day_hour.iso_weekday, day_hour.hour_of_day,
    count(*) AS days_open,
    CAST(sum(day_hour.visitors) AS BIGINT) AS visitors,
    CAST(sum(day_hour.joined) AS BIGINT) AS joined,
    CAST(sum(day_hour.served) AS BIGINT) AS served,
    CAST(sum(day_hour.served_over_target) AS BIGINT) AS served_over_target,
    CAST(sum(day_hour.wait_ms) AS BIGINT) AS wait_ms,
    CAST(sum(day_hour.service_person_ms) AS BIGINT) AS service_person_ms,
    CAST(sum(day_hour.open_ms) AS BIGINT) AS open_ms,
    sum(day_hour.staff_hours) AS staff_hours,
    CAST(sum(day_hour.visitors) FILTER (WHERE day_hour.staff_hours IS NOT NULL) AS BIGINT) AS staffed_visitors,
    CAST(sum(day_hour.served) FILTER (WHERE day_hour.staff_hours IS NOT NULL) AS BIGINT) AS staffed_served,
    sum(day_hour.staff_hours * day_hour.traffic_hours / day_hour.hours_open) AS traffic_staff_hours,
    sum(day_hour.staff_hours * day_hour.lane_hours / day_hour.hours_open) AS lane_staff_hours,
    sum(day_hour.lane_hours) AS lane_hours,
    round(least(sum(day_hour.traffic_hours), sum(day_hour.lane_hours)) / sum(day_hour.hours_open), 6) AS coverage
  FROM period_v1
  INNER JOIN day_hour ON day_hour.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WHERE day_hour.hours_open > 0e0
  GROUP BY
    period_v1.period_id, period_v1.period_kind, day_hour.store_id, day_hour.iso_weekday, day_hour.hour_of_day
)
SELECT
  period_id, period_kind, store_id, iso_weekday, hour_of_day, days_open,
  visitors, joined, served, served_over_target, wait_ms, open_ms,
  staff_hours, staffed_visitors, staffed_served, traffic_staff_hours, lane_staff_hours, lane_hours, coverage,
  CAST(service_person_ms AS DOUBLE) / NULLIF(served, 0) / 1000e0 AS service_seconds_mean,
  CASE
    WHEN joined = 0 AND lane_hours > 0e0 THEN 0e0
    ELSE CAST(joined AS DOUBLE) / NULLIF(lane_hours * 3600e0, 0e0)
      * (CAST(service_person_ms AS DOUBLE) / NULLIF(served, 0) / 1000e0)
  END AS offered_load
FROM cell
