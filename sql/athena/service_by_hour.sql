-- question: How long are the waits at each lane by hour of the day, how sure is the service level, how long a service?
-- grain: one period, store, lane and hour of the day
-- reads: period_v1, lane_local_hour_v1, open_hour, wait_bucket_local_hour, lane_v1
-- order: store_id, lane_id, hour_of_day
-- chart: line x=hour_of_day y=wait_seconds_p90 by=lane_id
-- column: served = Customers who were served
-- column: wait_seconds_mean = Mean wait of the served, in seconds
-- column: wait_seconds_median = Median wait of the served, off by 4.9 % at most
-- column: wait_seconds_p90 = 90th percentile of their waits, off by 4.9 % at most
-- column: service_level = Share of the served who waited at most the target
-- column: service_level_low = Lower limit of its 95 % interval
-- column: service_level_high = Upper limit of its 95 % interval
-- column: service_seconds_mean = Mean time in service: presence in the service zone over the served
-- column: coverage = Share of the open hours at that hour of the day in which the lane was watched; null when closed
-- column: is_suppressed = Figures are left out, as they count so few that they could tell of a person
-- Percentiles are from the hours' histograms, added up; the rank is the least that covers the share, as in
-- contracts/histograms.py. The interval is Wilson's (E. B. Wilson 1927), which is right for few and for shares near 1;
-- it takes shoppers as independent, so that it is too narrow where one queue makes many of them wait.
WITH
lane_day AS (
  SELECT
    facts.store_id, facts.lane_id, facts.business_date, facts.hour_of_day,
    CAST(sum(facts.served) AS BIGINT) AS served,
    CAST(sum(facts.served_over_target) AS BIGINT) AS served_over_target,
    CAST(sum(facts.wait_ms) AS BIGINT) AS wait_ms,
    CAST(sum(facts.service_person_ms) AS BIGINT) AS service_person_ms,
    COALESCE(sum(facts.coverage * open_hour.open_share), 0e0) AS hours_watched
  FROM lane_local_hour_v1 AS facts
  LEFT JOIN open_hour
    ON open_hour.store_id = facts.store_id
    AND open_hour.business_date = facts.business_date
    AND open_hour.window_start = facts.window_start
  GROUP BY facts.store_id, facts.lane_id, facts.business_date, facts.hour_of_day
),
lane AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, lane_day.store_id, lane_day.lane_id, lane_day.hour_of_day,
    CAST(sum(lane_day.served) AS BIGINT) AS served,
    CAST(sum(lane_day.served) AS DOUBLE) AS people,
    CAST(sum(lane_day.served_over_target) AS DOUBLE) AS served_over_target,
    CAST(sum(lane_day.wait_ms) AS DOUBLE) AS wait_ms,
    CAST(sum(lane_day.service_person_ms) AS DOUBLE) AS service_person_ms,
    sum(lane_day.hours_watched) AS hours_watched
  FROM period_v1
  INNER JOIN lane_day ON lane_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, period_v1.period_kind, lane_day.store_id, lane_day.lane_id, lane_day.hour_of_day
),
store_open AS (
  SELECT period_v1.period_id, open_hour.store_id, open_hour.hour_of_day, sum(open_hour.open_share) AS hours_open
  FROM period_v1
  INNER JOIN open_hour ON open_hour.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, open_hour.store_id, open_hour.hour_of_day
),
-- A bucket of which later hours took back more than there was is left out.
bucket AS (
  SELECT
    period_v1.period_id, waits.store_id, waits.lane_id, waits.hour_of_day, waits.middle_ms,
    CAST(sum(waits.people) AS BIGINT) AS people
  FROM period_v1
  INNER JOIN wait_bucket_local_hour AS waits
    ON waits.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, waits.store_id, waits.lane_id, waits.hour_of_day, waits.middle_ms
  HAVING sum(waits.people) > 0
),
ranked AS (
  SELECT
    bucket.*,
    sum(people) OVER (
      PARTITION BY period_id, store_id, lane_id, hour_of_day
      ORDER BY middle_ms
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS people_up_to_here,
    sum(people) OVER (PARTITION BY period_id, store_id, lane_id, hour_of_day) AS people_in_all
  FROM bucket
),
percentile AS (
  SELECT
    period_id, store_id, lane_id, hour_of_day,
    min(middle_ms) FILTER (WHERE people_up_to_here >= ceil(0.5e0 * people_in_all)) / 1000e0 AS wait_seconds_median,
    min(middle_ms) FILTER (WHERE people_up_to_here >= ceil(0.9e0 * people_in_all)) / 1000e0 AS wait_seconds_p90
  FROM ranked
  GROUP BY period_id, store_id, lane_id, hour_of_day
),
measured AS (
  SELECT
    lane.*,
    served = 0 OR served >= ${smallest_cell} AS is_shown,
    wait_ms / NULLIF(people, 0e0) / 1000e0 AS wait_seconds_mean,
    service_person_ms / NULLIF(people, 0e0) / 1000e0 AS service_seconds_mean,
    1e0 - served_over_target / NULLIF(people, 0e0) AS service_level
  FROM lane
),
-- 3.8415 is the square of 1.95996, the 97.5th percentile of the normal distribution.
limits AS (
  SELECT
    measured.*,
    (service_level + 3.841458820694124e0 / (2e0 * NULLIF(people, 0e0)))
      / (1e0 + 3.841458820694124e0 / NULLIF(people, 0e0)) AS middle,
    1.959963984540054e0 * sqrt(greatest(
      service_level * (1e0 - service_level) / NULLIF(people, 0e0)
      + 3.841458820694124e0 / (4e0 * NULLIF(people, 0e0) * NULLIF(people, 0e0)),
      0e0
    )) / (1e0 + 3.841458820694124e0 / NULLIF(people, 0e0)) AS half_width
  FROM measured
)
SELECT
  limits.period_id, limits.period_kind, limits.store_id, limits.lane_id, lane_v1.lane_kind, lane_v1.position,
  limits.hour_of_day,
  CASE WHEN limits.is_shown THEN limits.served END AS served,
  CASE WHEN limits.is_shown THEN limits.wait_seconds_mean END AS wait_seconds_mean,
  CASE WHEN limits.is_shown THEN percentile.wait_seconds_median END AS wait_seconds_median,
  CASE WHEN limits.is_shown THEN percentile.wait_seconds_p90 END AS wait_seconds_p90,
  CASE WHEN limits.is_shown THEN limits.service_level END AS service_level,
  CASE WHEN limits.is_shown THEN greatest(limits.middle - limits.half_width, 0e0) END AS service_level_low,
  CASE WHEN limits.is_shown THEN least(limits.middle + limits.half_width, 1e0) END AS service_level_high,
  CASE WHEN limits.is_shown THEN limits.service_seconds_mean END AS service_seconds_mean,
  round(limits.hours_watched / store_open.hours_open, 6) AS coverage,
  NOT limits.is_shown AS is_suppressed
FROM limits
LEFT JOIN percentile
  ON percentile.period_id = limits.period_id
  AND percentile.store_id = limits.store_id
  AND percentile.lane_id = limits.lane_id
  AND percentile.hour_of_day = limits.hour_of_day
LEFT JOIN store_open
  ON store_open.period_id = limits.period_id
  AND store_open.store_id = limits.store_id
  AND store_open.hour_of_day = limits.hour_of_day
LEFT JOIN lane_v1 ON lane_v1.store_id = limits.store_id AND lane_v1.lane_id = limits.lane_id
