-- question: Which aisles of each store are visited most, and how has that changed since the same period a year before?
-- grain: one period, store and aisle
-- reads: period_v1, zone_local_hour_v1, open_hour, store_day_v1, zone_v1
-- order: store_id, rank_in_store NULLS LAST, zone_id
-- chart: bar x=zone_id y=visits
-- column: visits = Customer visits of at least 5 s; null when so few that they could tell of a person
-- column: visit_share = Share of the visits to all aisles of the store
-- column: dwell_seconds_mean = Mean dwell of the visits, in seconds
-- column: person_hours = Time that customers spent in the aisle, in person-hours
-- column: visits_per_m2 = Visits per square metre; null when zone_v1 does not tell the area
-- column: rank_in_store = 1 for the most visited aisle of the store; equal visits have the same rank
-- column: baseline_visits = Visits in the same period a year before
-- column: baseline_visit_share = Share of the visits to all aisles then
-- column: share_change_points = visit_share - baseline_visit_share, in percentage points
-- column: coverage = Share of the store's open hours in which the aisle was watched
-- column: baseline_coverage = The same of the period a year before
-- column: is_comparable = Nothing speaks against the comparison: flag says what does
-- column: flag = no baseline or unequal coverage; null when fine
-- column: is_suppressed = A figure is left out, as it counts so few that it could tell of a person
-- Unequal: the coverages differ by more than 0.10, or one is below 0.80. A period that is not over has a low coverage
-- for that reason alone. The store's sum holds every visit, those too few to be shown too.
WITH
periods AS (
  SELECT period_id, period_kind, FALSE AS is_baseline, start_date, end_date FROM period_v1
  UNION ALL
  SELECT period_id, period_kind, TRUE, baseline_start_date, baseline_end_date FROM period_v1
),
aisle_day AS (
  SELECT
    facts.store_id, facts.zone_id, facts.business_date,
    CAST(sum(facts.visits) AS BIGINT) AS visits,
    CAST(sum(facts.dwell_ms) AS BIGINT) AS dwell_ms,
    CAST(sum(facts.person_ms) AS BIGINT) AS person_ms,
    COALESCE(sum(facts.coverage * open_hour.open_share), 0e0) AS hours_watched
  FROM zone_local_hour_v1 AS facts
  LEFT JOIN open_hour
    ON open_hour.store_id = facts.store_id
    AND open_hour.business_date = facts.business_date
    AND open_hour.window_start = facts.window_start
  WHERE facts.zone_kind = 'aisle'
  GROUP BY facts.store_id, facts.zone_id, facts.business_date
),
store_open AS (
  SELECT periods.period_id, periods.is_baseline, trading.store_id, sum(trading.open_hours) AS hours_open
  FROM periods
  INNER JOIN store_day_v1 AS trading ON trading.business_date BETWEEN periods.start_date AND periods.end_date
  WHERE trading.is_open
  GROUP BY periods.period_id, periods.is_baseline, trading.store_id
),
aisle AS (
  SELECT
    periods.period_id, periods.period_kind, periods.is_baseline, aisle_day.store_id, aisle_day.zone_id,
    CAST(sum(aisle_day.visits) AS BIGINT) AS visits,
    CAST(sum(aisle_day.dwell_ms) AS DOUBLE) AS dwell_ms,
    CAST(sum(aisle_day.person_ms) AS DOUBLE) AS person_ms,
    sum(aisle_day.hours_watched) AS hours_watched
  FROM periods
  INNER JOIN aisle_day ON aisle_day.business_date BETWEEN periods.start_date AND periods.end_date
  GROUP BY periods.period_id, periods.period_kind, periods.is_baseline, aisle_day.store_id, aisle_day.zone_id
),
measured AS (
  SELECT
    aisle.*,
    CAST(aisle.visits AS DOUBLE)
      / NULLIF(sum(aisle.visits) OVER (PARTITION BY aisle.period_id, aisle.is_baseline, aisle.store_id), 0)
      AS visit_share,
    round(aisle.hours_watched / NULLIF(store_open.hours_open, 0e0), 6) AS coverage,
    aisle.visits = 0 OR aisle.visits >= ${smallest_cell} AS is_shown
  FROM aisle
  LEFT JOIN store_open
    ON store_open.period_id = aisle.period_id
    AND store_open.is_baseline = aisle.is_baseline
    AND store_open.store_id = aisle.store_id
),
shown AS (
  SELECT
    period_id, period_kind, is_baseline, store_id, zone_id, coverage, is_shown,
    CASE WHEN is_shown THEN visits END AS visits,
    CASE WHEN is_shown THEN visit_share END AS visit_share,
    CASE WHEN is_shown THEN dwell_ms / NULLIF(visits, 0) / 1000e0 END AS dwell_seconds_mean,
    CASE WHEN is_shown THEN person_ms / 3600000e0 END AS person_hours
  FROM measured
),
compared AS (
  SELECT
    asked.period_id, asked.period_kind, asked.store_id, asked.zone_id, place.name, place.department, place.area_m2,
    asked.visits, asked.visit_share, asked.dwell_seconds_mean, asked.person_hours,
    earlier.visits AS baseline_visits,
    earlier.visit_share AS baseline_visit_share,
    asked.coverage,
    earlier.coverage AS baseline_coverage,
    CASE
      WHEN earlier.zone_id IS NULL THEN 'no baseline'
      WHEN COALESCE(abs(asked.coverage - earlier.coverage), 1e0) > 0.1e0 + 1e-9 THEN 'unequal coverage'
      WHEN least(asked.coverage, earlier.coverage) < 0.8e0 THEN 'unequal coverage'
    END AS flag,
    NOT asked.is_shown OR NOT COALESCE(earlier.is_shown, TRUE) AS is_suppressed
  FROM shown AS asked
  LEFT JOIN shown AS earlier
    ON earlier.is_baseline
    AND earlier.period_id = asked.period_id
    AND earlier.store_id = asked.store_id
    AND earlier.zone_id = asked.zone_id
  LEFT JOIN zone_v1 AS place ON place.store_id = asked.store_id AND place.zone_id = asked.zone_id
  WHERE NOT asked.is_baseline
)
SELECT
  period_id, period_kind, store_id, zone_id, name, department,
  visits, visit_share, dwell_seconds_mean, person_hours,
  CAST(visits AS DOUBLE) / NULLIF(area_m2, 0e0) AS visits_per_m2,
  CASE
    WHEN visits IS NOT NULL THEN rank() OVER (PARTITION BY period_id, store_id ORDER BY visits DESC NULLS LAST)
  END AS rank_in_store,
  baseline_visits, baseline_visit_share,
  100e0 * (visit_share - baseline_visit_share) AS share_change_points,
  coverage, baseline_coverage,
  flag IS NULL AS is_comparable,
  flag, is_suppressed
FROM compared
