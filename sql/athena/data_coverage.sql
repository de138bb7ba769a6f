-- question: How much of each period's open hours did each store's doors, zones and lanes tell of, and how well?
-- grain: one period, store and kind of measurement (traffic, zones, lanes)
-- reads: period_v1, store_v1, zone_v1, lane_v1, coverage_hour
-- order: coverage NULLS LAST, store_id, kind
-- chart: heat x=period_id y=store_id by=coverage
-- column: kind = What is measured: traffic (lines at the doors), zones or lanes
-- column: places = Most lines, zones or lanes that were expected on a day: seen then or within 28 days before
-- column: places_listed = Zones or lanes that zone_v1 or lane_v1 lists now; null for lines, which nothing lists
-- column: coverage = Share of the expected hours that was watched, as a mean over the places; null when none expected
-- column: camera_up_share = Share of the expected frames that the cameras gave, mean of the hours that tell it
-- column: late_share = Share of the snapshots that came late, mean of the hours that tell it
-- column: hours_expected = Open hours of the period
-- column: hours_seen = Open hours of which something was watched
-- column: hours_missing = hours_expected - hours_seen
-- column: good_share = Share of the expected hours that are graded good
-- column: fair_share = Share of the expected hours that are graded fair
-- column: poor_share = Share of the expected hours that are graded poor
-- column: none_share = Share of the expected hours that are graded none, as when there is no row
-- column: worst_date = Day with the lowest coverage, the earliest of equal ones
-- column: worst_date_coverage = Coverage of that day
-- column: last_seen_date = Latest day of the period of which something was watched
-- column: flag = no opening hours, no data, low coverage or places missing (fewer than listed); null when fine
-- A period that is not over has hours missing for that reason alone: last_seen_date tells it apart.
-- Every store of store_v1 has its rows, so that one that sends nothing is seen. Grades: docs/metrics.md.
WITH
kind_day AS (
  SELECT
    store_id, kind, business_date,
    max(places) AS places,
    sum(open_share) AS hours_expected,
    sum(open_share * coverage) AS hours_watched,
    COALESCE(sum(open_share) FILTER (WHERE coverage > 0e0), 0e0) AS hours_seen,
    COALESCE(sum(open_share) FILTER (WHERE quality = 'good'), 0e0) AS hours_good,
    COALESCE(sum(open_share) FILTER (WHERE quality = 'fair'), 0e0) AS hours_fair,
    COALESCE(sum(open_share) FILTER (WHERE quality = 'poor'), 0e0) AS hours_poor,
    COALESCE(sum(open_share) FILTER (WHERE quality = 'none'), 0e0) AS hours_none,
    sum(open_share * camera_up_share) AS hours_up,
    sum(open_share) FILTER (WHERE camera_up_share IS NOT NULL) AS hours_with_health,
    sum(open_share * late_share) AS hours_late,
    sum(open_share) FILTER (WHERE late_share IS NOT NULL) AS hours_with_lateness
  FROM coverage_hour
  GROUP BY store_id, kind, business_date
),
ranked AS (
  SELECT
    period_v1.period_id, kind_day.*,
    round(kind_day.hours_watched / kind_day.hours_expected, 6) AS coverage,
    row_number() OVER (
      PARTITION BY period_v1.period_id, kind_day.store_id, kind_day.kind
      ORDER BY round(kind_day.hours_watched / kind_day.hours_expected, 6), kind_day.business_date
    ) AS worst_rank
  FROM period_v1
  INNER JOIN kind_day ON kind_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
),
summed AS (
  SELECT
    period_id, store_id, kind,
    max(places) AS places,
    sum(hours_expected) AS hours_expected,
    sum(hours_watched) AS hours_watched,
    sum(hours_seen) AS hours_seen,
    sum(hours_good) AS hours_good,
    sum(hours_fair) AS hours_fair,
    sum(hours_poor) AS hours_poor,
    sum(hours_none) AS hours_none,
    sum(hours_up) / sum(hours_with_health) AS camera_up_share,
    sum(hours_late) / sum(hours_with_lateness) AS late_share,
    min(business_date) FILTER (WHERE worst_rank = 1) AS worst_date,
    min(coverage) AS worst_date_coverage,
    max(business_date) FILTER (WHERE hours_seen > 0e0) AS last_seen_date
  FROM ranked
  GROUP BY period_id, store_id, kind
),
listed AS (
  SELECT store_id, 'zones' AS kind, count(*) AS places FROM zone_v1 GROUP BY store_id
  UNION ALL
  SELECT store_id, 'lanes', count(*) FROM lane_v1 GROUP BY store_id
),
store_kind AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, store.store_id, store.region, kinds.kind,
    COALESCE(summed.places, 0) AS places,
    CASE WHEN kinds.kind <> 'traffic' THEN COALESCE(listed.places, 0) END AS places_listed,
    round(summed.hours_watched / summed.hours_expected, 6) AS coverage,
    summed.camera_up_share, summed.late_share,
    COALESCE(summed.hours_expected, 0e0) AS hours_expected,
    COALESCE(summed.hours_seen, 0e0) AS hours_seen,
    summed.hours_good / summed.hours_expected AS good_share,
    summed.hours_fair / summed.hours_expected AS fair_share,
    summed.hours_poor / summed.hours_expected AS poor_share,
    summed.hours_none / summed.hours_expected AS none_share,
    summed.worst_date, summed.worst_date_coverage, summed.last_seen_date
  FROM period_v1
  CROSS JOIN store_v1 AS store
  CROSS JOIN (VALUES ('traffic'), ('zones'), ('lanes')) AS kinds (kind)
  LEFT JOIN summed
    ON summed.period_id = period_v1.period_id AND summed.store_id = store.store_id AND summed.kind = kinds.kind
  LEFT JOIN listed ON listed.store_id = store.store_id AND listed.kind = kinds.kind
)
SELECT
  period_id, period_kind, store_id, region, kind, places, places_listed, coverage, camera_up_share, late_share,
  hours_expected, hours_seen,
  hours_expected - hours_seen AS hours_missing,
  good_share, fair_share, poor_share, none_share, worst_date, worst_date_coverage, last_seen_date,
  CASE
    WHEN hours_expected = 0e0 THEN 'no opening hours'
    WHEN hours_seen = 0e0 THEN 'no data'
    WHEN coverage < 0.8e0 THEN 'low coverage'
    WHEN places < places_listed THEN 'places missing'
  END AS flag
FROM store_kind
