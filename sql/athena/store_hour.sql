-- question: How do visitors, queues, waits, open lanes and staff of each store lie over the hours of the week?
-- grain: one period, store, weekday and hour of the day in which it is open
-- reads: period_v1, coverage_hour, traffic_local_hour_v1, lane_local_hour_v1, staff_hour_v1
-- order: store_id, iso_weekday, hour_of_day
-- chart: heat x=hour_of_day y=iso_weekday by=visitors
-- column: hours_open = Hours in which the store was open at that hour of that weekday
-- column: door_hours_seen = Of these, the hours in which the doors were watched, as a mean over the lines
-- column: lane_hours_seen = Of these, the hours in which the lanes were watched, as a mean over the lanes
-- column: visitors = Customers who came in; null when no line has a row
-- column: joined = Queue journeys, whatever the outcome; null when no lane has a row
-- column: served = Customers who were served
-- column: abandoned = Customers who gave up queueing
-- column: wait_seconds = Sum of the waits of the served
-- column: served_over_target = Served after more than the target wait
-- column: lane_open_hours = Hours that lanes were open, added up over the lanes
-- column: staff_hours = Hours of staff planned in these hours; null when none is planned
-- column: is_suppressed = A figure of too few people is not shown
-- An hour of a day counts where the store is open in some of it. Sums lie beside the hours watched, not scaled up by
-- them. Too few are 1 to 4 visitors, joined or served: what is told of them goes with them; those who gave up or waited
-- too long, of more, are told however few they are.
WITH
part AS (
  SELECT
    store_id, business_date, hour_of_day, in_count AS visitors,
    CAST(NULL AS BIGINT) AS joined, CAST(NULL AS BIGINT) AS served, CAST(NULL AS BIGINT) AS abandoned,
    CAST(NULL AS BIGINT) AS wait_ms, CAST(NULL AS BIGINT) AS over_target, CAST(NULL AS BIGINT) AS open_ms,
    CAST(NULL AS DOUBLE) AS staff_hours,
    CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS DOUBLE) AS hours_open, CAST(NULL AS DOUBLE) AS hours_seen
  FROM traffic_local_hour_v1
  UNION ALL
  SELECT
    store_id, business_date, hour_of_day, NULL, joined, served, abandoned, wait_ms, served_over_target, open_ms,
    NULL, NULL, NULL, NULL
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
  WHERE kind IN ('traffic', 'lanes')
),
-- Two hours that a clock set back shows alike are one here, as they are in the plan of the staff.
day_hour AS (
  SELECT
    store_id, business_date, hour_of_day,
    CAST(day_of_week(business_date) AS INTEGER) AS iso_weekday,
    sum(visitors) AS visitors, sum(joined) AS joined, sum(served) AS served, sum(abandoned) AS abandoned,
    sum(wait_ms) AS wait_ms, sum(over_target) AS over_target, sum(open_ms) AS open_ms, sum(staff_hours) AS staff_hours,
    sum(CASE WHEN kind = 'traffic' THEN hours_open END) AS hours_open,
    sum(CASE WHEN kind = 'traffic' THEN hours_seen END) AS door_hours_seen,
    sum(CASE WHEN kind = 'lanes' THEN hours_seen END) AS lane_hours_seen
  FROM part
  GROUP BY store_id, business_date, hour_of_day
),
cell AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, day_hour.store_id, day_hour.iso_weekday, day_hour.hour_of_day,
    sum(day_hour.hours_open) AS hours_open,
    sum(day_hour.door_hours_seen) AS door_hours_seen,
    sum(day_hour.lane_hours_seen) AS lane_hours_seen,
    CAST(sum(day_hour.visitors) AS BIGINT) AS visitors,
    CAST(sum(day_hour.joined) AS BIGINT) AS joined,
    CAST(sum(day_hour.served) AS BIGINT) AS served,
    CAST(sum(day_hour.abandoned) AS BIGINT) AS abandoned,
    CAST(sum(day_hour.wait_ms) AS DOUBLE) / 1000e0 AS wait_seconds,
    CAST(sum(day_hour.over_target) AS BIGINT) AS served_over_target,
    CAST(sum(day_hour.open_ms) AS DOUBLE) / 3600000e0 AS lane_open_hours,
    sum(day_hour.staff_hours) AS staff_hours
  FROM period_v1
  INNER JOIN day_hour ON day_hour.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WHERE day_hour.hours_open > 0e0
  GROUP BY
    period_v1.period_id, period_v1.period_kind, day_hour.store_id, day_hour.iso_weekday, day_hour.hour_of_day
),
told AS (
  SELECT
    *,
    bool_or(visitors IS NOT NULL OR joined IS NOT NULL) OVER (PARTITION BY period_id, store_id) AS has_rows,
    COALESCE(visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS has_few_visitors,
    COALESCE(joined BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS has_few_joined,
    COALESCE(served BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS has_few_served
  FROM cell
)
SELECT
  period_id, period_kind, store_id, iso_weekday, hour_of_day, hours_open, door_hours_seen, lane_hours_seen,
  CASE WHEN NOT has_few_visitors THEN visitors END AS visitors,
  CASE WHEN NOT has_few_joined THEN joined END AS joined,
  CASE WHEN NOT has_few_served THEN served END AS served,
  CASE WHEN NOT has_few_joined THEN abandoned END AS abandoned,
  CASE WHEN NOT has_few_served THEN wait_seconds END AS wait_seconds,
  CASE WHEN NOT has_few_served THEN served_over_target END AS served_over_target,
  lane_open_hours, staff_hours,
  has_few_visitors OR has_few_joined OR has_few_served AS is_suppressed
FROM told
WHERE has_rows
