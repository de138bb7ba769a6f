-- question: How well does the staff planned for each weekday and hour fit the visitors, and which shift works best?
-- grain: one period, store, weekday and hour of the day in which it is open
-- reads: shift_load
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
-- Visitors and served on days without a plan of the staff are in no ratio.
-- lanes_needed is that of flink_jobs/alerting/staffing.py with nobody waiting: M/M/c with Erlang's C (A. K. Erlang
-- 1917; R. B. Cooper, Introduction to Queueing Theory, 1981, ch. 3). Of an offered load a (arrivals a second times the
-- mean service) and c lanes, Erlang's B is (a^c / c!) / (sum of a^k / k! for k = 0 to c), C = B / (1 - a / c (1 - B)),
-- and 1 - C exp(-(c - a) target / service) wait at most the target; who joins when all lanes are busy waits for a
-- service of c lanes, which is to be within the target too. Powers over factorials are told by logarithms and times
-- exp(-a), as Poisson's probabilities: of large loads they would be too large for a DOUBLE. A mean hides the rushes
-- within an hour: lanes_needed is the least that a plan can be.
WITH
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
-- More lanes than ten deviations above the load are never the fewest. A cell without a load has one row, without lanes.
poisson AS (
  SELECT
    loads.*, factorial.lanes,
    CASE
      WHEN loads.offered_load > 0e0
        THEN exp(factorial.lanes * ln(loads.offered_load) - factorial.log_factorial - loads.offered_load)
    END AS probability
  FROM shift_load AS loads
  LEFT JOIN factorial
    ON loads.offered_load > 0e0
    AND factorial.lanes <= loads.offered_load + 10e0 * sqrt(loads.offered_load) + 10e0
),
erlang_b AS (
  SELECT
    poisson.*,
    probability / sum(probability) OVER (
      PARTITION BY period_id, store_id, iso_weekday, hour_of_day
      ORDER BY lanes
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS blocked_share
  FROM poisson
),
erlang_c AS (
  SELECT
    erlang_b.*,
    CASE
      WHEN lanes > offered_load THEN blocked_share / (1e0 - offered_load / lanes * (1e0 - blocked_share))
    END AS waiting_share
  FROM erlang_b
),
needed AS (
  SELECT
    erlang_c.*,
    min(CASE
      WHEN waiting_share * service_seconds_mean / lanes <= ${target_wait_seconds}
        AND 1e0 - waiting_share * exp((offered_load - lanes) / service_seconds_mean * ${target_wait_seconds}) >= 0.9e0
        THEN lanes
    END) OVER (PARTITION BY period_id, store_id, iso_weekday, hour_of_day) AS fewest_lanes
  FROM erlang_c
),
measured AS (
  SELECT
    period_id, period_kind, store_id, iso_weekday, hour_of_day, days_open,
    visitors, served, staff_hours, coverage,
    CAST(staffed_visitors AS DOUBLE) / NULLIF(traffic_staff_hours, 0e0) AS visitors_per_staff_hour,
    CAST(staffed_served AS DOUBLE) / NULLIF(lane_staff_hours, 0e0) AS served_per_staff_hour,
    CAST(open_ms AS DOUBLE) / NULLIF(lane_hours * 3600000e0, 0e0) AS lanes_open_mean,
    -- 200 is the most that the job advises too.
    CASE
      WHEN offered_load = 0e0 THEN 0
      WHEN offered_load > 0e0 THEN COALESCE(fewest_lanes, 200)
    END AS lanes_needed,
    CAST(wait_ms AS DOUBLE) / NULLIF(served, 0) / 1000e0 AS wait_seconds_mean,
    1e0 - CAST(served_over_target AS DOUBLE) / NULLIF(served, 0) AS service_level,
    COALESCE(visitors = 0 OR visitors >= ${smallest_cell}, TRUE) AS has_visitors_shown,
    COALESCE(joined = 0 OR joined >= ${smallest_cell}, TRUE) AS has_joined_shown,
    COALESCE(served = 0 OR served >= ${smallest_cell}, TRUE) AS has_served_shown
  FROM needed
  -- One row of each cell: the figures are the same in all.
  WHERE COALESCE(lanes, 0) = 0
),
judged AS (
  SELECT
    measured.*,
    COALESCE(service_level >= 0.9e0 AND served >= 30 AND coverage >= 0.8e0, FALSE)
      AND served_per_staff_hour IS NOT NULL AS is_ranked
  FROM measured
),
ranked AS (
  SELECT
    judged.*,
    CASE
      WHEN is_ranked THEN rank() OVER (
        PARTITION BY period_id, store_id
        ORDER BY CASE WHEN is_ranked THEN served_per_staff_hour END DESC NULLS LAST
      )
    END AS shift_rank
  FROM judged
)
SELECT
  period_id, period_kind, store_id, iso_weekday, hour_of_day, days_open,
  CASE WHEN has_visitors_shown THEN visitors END AS visitors,
  CASE WHEN has_served_shown THEN served END AS served,
  staff_hours,
  CASE WHEN has_visitors_shown THEN visitors_per_staff_hour END AS visitors_per_staff_hour,
  CASE WHEN has_served_shown THEN served_per_staff_hour END AS served_per_staff_hour,
  lanes_open_mean,
  CASE WHEN has_joined_shown AND has_served_shown THEN lanes_needed END AS lanes_needed,
  CASE WHEN has_joined_shown AND has_served_shown THEN lanes_needed - lanes_open_mean END AS lane_gap,
  CASE WHEN has_served_shown THEN wait_seconds_mean END AS wait_seconds_mean,
  CASE WHEN has_served_shown THEN service_level END AS service_level,
  coverage, shift_rank,
  COALESCE(shift_rank = 1, FALSE) AS is_best_shift,
  NOT (has_visitors_shown AND has_joined_shown AND has_served_shown) AS is_suppressed
FROM ranked
