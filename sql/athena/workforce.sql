-- question: How well does the staff planned for each weekday and hour fit the visitors, and which shift works best?
-- grain: one period, store, weekday and hour of the day in which it is open
-- reads: period_v1, coverage_hour, traffic_local_hour_v1, lane_local_hour_v1, staff_hour_v1
-- order: store_id, iso_weekday, hour_of_day
-- chart: heat x=hour_of_day y=iso_weekday by=lane_gap
-- column: days_open = Days on which the store was open in that hour
-- column: visitors = Customers who came in
-- column: served = Customers who were served
-- column: staff_hours = Hours of staff planned in these hours; null when none is planned
-- column: visitors_per_staff_hour = Visitors over the staff hours of the time in which the doors were watched
-- column: served_per_staff_hour = Served over the staff hours of the time in which the lanes were watched
-- column: lanes_open_mean = Lanes open at once, mean of the watched time
-- column: lanes_needed = Fewest lanes by which 90 % wait at most the target, as the load comes on average
-- column: lane_gap = lanes_needed - lanes_open_mean: above 0 lanes are missing, below 0 some could close
-- column: wait_seconds_mean = Mean wait of the served, in seconds
-- column: service_level = Share of the served who waited at most the target
-- column: coverage = Share of these open hours in which doors and lanes were watched: the lower of the two
-- column: shift_rank = Place among the store's shifts that count, 1 is the best; null for one that does not count
-- column: is_best_shift = The shift, or one of equal ones, with shift_rank 1
-- column: is_suppressed = A figure is left out, as it counts so few that it could tell of a person
-- A shift is one weekday and hour. The best is the one with the most served per staff hour among those of the store and
-- period that keep the service level of 90 % (contracts/rules.py), served 30 or more, and were watched to 80 %.
-- lanes_needed is that of flink_jobs/alerting/staffing.py with nobody waiting: M/M/c, Erlang's C (A. K. Erlang 1917;
-- R. B. Cooper, Introduction to Queueing Theory, 1981, ch. 3). Offered load a = arrivals a second x mean service; with
-- Erlang's B of c lanes, B = (a^c / c!) / sum of (a^k / k!) for k = 0 to c, C = B / (1 - a / c (1 - B)), and
-- 1 - C exp(-(c - a) target / service) wait at most the target. Powers are told as logarithms, scaled by exp(-a).
-- A mean hides rushes within the hour: lanes_needed is the least that a plan can be.
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
    CAST(sum(day_hour.served_over_target) AS DOUBLE) AS served_over_target,
    CAST(sum(day_hour.wait_ms) AS DOUBLE) AS wait_ms,
    CAST(sum(day_hour.service_person_ms) AS DOUBLE) AS service_person_ms,
    CAST(sum(day_hour.open_ms) AS DOUBLE) AS open_ms,
    sum(day_hour.staff_hours) AS staff_hours,
    CAST(sum(day_hour.visitors) FILTER (WHERE day_hour.staff_hours IS NOT NULL) AS DOUBLE) AS staffed_visitors,
    CAST(sum(day_hour.served) FILTER (WHERE day_hour.staff_hours IS NOT NULL) AS DOUBLE) AS staffed_served,
    sum(day_hour.staff_hours * day_hour.traffic_hours / day_hour.hours_open) AS traffic_staff_hours,
    sum(day_hour.staff_hours * day_hour.lane_hours / day_hour.hours_open) AS lane_staff_hours,
    sum(day_hour.lane_hours) AS lane_hours,
    round(least(sum(day_hour.traffic_hours), sum(day_hour.lane_hours)) / sum(day_hour.hours_open), 6) AS coverage
  FROM period_v1
  INNER JOIN day_hour ON day_hour.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WHERE day_hour.hours_open > 0e0
  GROUP BY
    period_v1.period_id, period_v1.period_kind, day_hour.store_id, day_hour.iso_weekday, day_hour.hour_of_day
),
measured AS (
  SELECT
    cell.*,
    COALESCE(visitors = 0 OR visitors >= ${smallest_cell}, TRUE) AS has_visitors_shown,
    COALESCE(joined = 0 OR joined >= ${smallest_cell}, TRUE) AS has_joined_shown,
    COALESCE(served = 0 OR served >= ${smallest_cell}, TRUE) AS has_served_shown,
    staffed_served / NULLIF(lane_staff_hours, 0e0) AS served_per_staff_hour,
    1e0 - served_over_target / NULLIF(served, 0) AS service_level,
    service_person_ms / NULLIF(served, 0) / 1000e0 AS service_seconds,
    -- Arrivals a second times seconds of a service: 0 when nobody joined, null when nobody was served.
    CASE
      WHEN joined = 0 AND lane_hours > 0e0 THEN 0e0
      ELSE joined / NULLIF(lane_hours, 0e0) / 3600e0 * (service_person_ms / NULLIF(served, 0) / 1000e0)
    END AS offered
  FROM cell
),
lane_count AS (
  SELECT hundreds.digit * 100 + tens.digit * 10 + ones.digit AS lanes
  FROM (VALUES (0), (1)) AS hundreds (digit)
  CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS tens (digit)
  CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS ones (digit)
),
factorial AS (
  SELECT
    lanes,
    sum(ln(CAST(greatest(lanes, 1) AS DOUBLE))) OVER (
      ORDER BY lanes
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS log_factorial
  FROM lane_count
),
-- More lanes than ten deviations above the load are never the fewest.
poisson AS (
  SELECT
    measured.period_id, measured.store_id, measured.iso_weekday, measured.hour_of_day,
    measured.offered, measured.service_seconds, factorial.lanes,
    exp(factorial.lanes * ln(measured.offered) - factorial.log_factorial - measured.offered) AS term
  FROM measured
  INNER JOIN factorial ON factorial.lanes <= measured.offered + 10e0 * sqrt(measured.offered) + 10e0
  WHERE measured.offered > 0e0
),
erlang_b AS (
  SELECT
    poisson.*,
    term / sum(term) OVER (
      PARTITION BY period_id, store_id, iso_weekday, hour_of_day
      ORDER BY lanes
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS blocked
  FROM poisson
),
erlang_c AS (
  SELECT
    erlang_b.*,
    blocked / (1e0 - offered / lanes * (1e0 - blocked)) AS waits
  FROM erlang_b
  WHERE lanes > offered
),
needed AS (
  SELECT
    period_id, store_id, iso_weekday, hour_of_day,
    min(lanes) FILTER (
      WHERE waits * service_seconds / lanes <= ${target_wait_seconds}
        AND 1e0 - waits * exp((offered - lanes) / service_seconds * ${target_wait_seconds}) >= 0.9e0
    ) AS lanes
  FROM erlang_c
  GROUP BY period_id, store_id, iso_weekday, hour_of_day
),
planned AS (
  SELECT
    measured.*,
    -- 200 is the most that the job advises too.
    CASE
      WHEN NOT measured.has_joined_shown OR NOT measured.has_served_shown OR measured.offered IS NULL THEN NULL
      WHEN measured.offered = 0e0 THEN 0
      ELSE COALESCE(needed.lanes, 200)
    END AS lanes_needed,
    measured.open_ms / NULLIF(measured.lane_hours * 3600000e0, 0e0) AS lanes_open_mean,
    COALESCE(measured.service_level >= 0.9e0 AND measured.served >= 30 AND measured.coverage >= 0.8e0, FALSE)
      AND measured.served_per_staff_hour IS NOT NULL AS is_ranked
  FROM measured
  LEFT JOIN needed
    ON needed.period_id = measured.period_id
    AND needed.store_id = measured.store_id
    AND needed.iso_weekday = measured.iso_weekday
    AND needed.hour_of_day = measured.hour_of_day
),
ranked AS (
  SELECT
    planned.*,
    CASE
      WHEN is_ranked THEN rank() OVER (
        PARTITION BY period_id, store_id
        ORDER BY CASE WHEN is_ranked THEN served_per_staff_hour END DESC NULLS LAST
      )
    END AS shift_rank
  FROM planned
)
SELECT
  period_id, period_kind, store_id, iso_weekday, hour_of_day, days_open,
  CASE WHEN has_visitors_shown THEN visitors END AS visitors,
  CASE WHEN has_served_shown THEN served END AS served,
  staff_hours,
  CASE WHEN has_visitors_shown THEN staffed_visitors / NULLIF(traffic_staff_hours, 0e0) END AS visitors_per_staff_hour,
  CASE WHEN has_served_shown THEN served_per_staff_hour END AS served_per_staff_hour,
  lanes_open_mean, lanes_needed,
  lanes_needed - lanes_open_mean AS lane_gap,
  CASE WHEN has_served_shown THEN wait_ms / NULLIF(served, 0) / 1000e0 END AS wait_seconds_mean,
  CASE WHEN has_served_shown THEN service_level END AS service_level,
  coverage, shift_rank,
  COALESCE(shift_rank = 1, FALSE) AS is_best_shift,
  NOT (has_visitors_shown AND has_joined_shown AND has_served_shown) AS is_suppressed
FROM ranked
