-- question: Which stores lead by visitors, service, waits and dwell, also among their like, and who gained ranks?
-- grain: one period, store and measure
-- reads: period_v1, period_comparison, lane_local_hour_v1, zone_local_hour_v1, coverage_hour, store_v1
-- order: period_kind, start_date DESC, measure, rank_in_chain
-- chart: bar x=store_id y=value by=measure
-- column: measure = visitors_per_day, visitors_per_m2 (a day), service_level, wait_seconds_mean, dwell_seconds_mean (aisles)
-- column: value = The measure in the period
-- column: baseline_value = The measure a year before
-- column: rank_in_chain = 1 is the best of the chain; of waits the shortest, of dwell the longest; equal ones share it
-- column: stores = Stores of the chain with the measure
-- column: rank_among_peers = Rank among stores of the same region and kind of location
-- column: peers = Stores of the same region and kind of location with the measure
-- column: rank_gain = Ranks gained on a year before, among stores that are comparable in both; null for others
-- column: coverage = Share of the open hours that was watched: of lines, lanes or zones
-- column: baseline_coverage = coverage a year before
-- column: is_comparable = The two values can be compared: there is no flag
-- column: is_suppressed = Figures of too few people are not shown
-- column: flag = no baseline, unequal coverage (more than 0.10 apart, or below 0.80), or of visitors as in period_comparison
-- Small stores beside large ones are told apart by the peers and by the sales area. A rank says nothing of how far the
-- next one is: see value.
WITH
side AS (
  SELECT
    period_id, period_kind, start_date, end_date, start_date AS first_date, end_date AS last_date, FALSE AS is_baseline
  FROM period_v1
  UNION ALL
  SELECT
    period_id, period_kind, start_date, end_date, baseline_start_date, baseline_end_date, TRUE
  FROM period_v1
),
place_day AS (
  SELECT
    store_id, business_date, 'lanes' AS kind, sum(served) AS people, sum(served_over_target) AS over_target,
    sum(wait_ms) AS spent_ms
  FROM lane_local_hour_v1
  GROUP BY store_id, business_date
  UNION ALL
  SELECT store_id, business_date, 'zones', sum(visits), NULL, sum(dwell_ms)
  FROM zone_local_hour_v1
  WHERE zone_kind = 'aisle'
  GROUP BY store_id, business_date
),
coverage_day AS (
  SELECT store_id, kind, business_date, sum(open_share * coverage) AS hours_seen, sum(open_share) AS open_hours
  FROM coverage_hour
  WHERE kind IN ('lanes', 'zones')
  GROUP BY store_id, kind, business_date
),
side_sum AS (
  SELECT
    side.period_id, side.period_kind, side.start_date, side.end_date, side.is_baseline,
    place_day.store_id, place_day.kind,
    CAST(sum(place_day.people) AS DOUBLE) AS people,
    CAST(sum(place_day.over_target) AS DOUBLE) AS over_target,
    CAST(sum(place_day.spent_ms) AS DOUBLE) / 1000e0 AS spent_seconds
  FROM side
  INNER JOIN place_day ON place_day.business_date BETWEEN side.first_date AND side.last_date
  GROUP BY
    side.period_id, side.period_kind, side.start_date, side.end_date, side.is_baseline,
    place_day.store_id, place_day.kind
),
side_coverage AS (
  SELECT
    side.period_id, side.is_baseline, coverage_day.store_id, coverage_day.kind,
    sum(coverage_day.hours_seen) / NULLIF(sum(coverage_day.open_hours), 0e0) AS coverage
  FROM side
  INNER JOIN coverage_day ON coverage_day.business_date BETWEEN side.first_date AND side.last_date
  GROUP BY side.period_id, side.is_baseline, coverage_day.store_id, coverage_day.kind
),
side_value AS (
  SELECT
    side_sum.period_id, side_sum.period_kind, side_sum.start_date, side_sum.end_date, side_sum.is_baseline,
    side_sum.store_id, measure.measure, side_sum.people, side_coverage.coverage,
    CASE measure.measure
      WHEN 'service_level' THEN 1e0 - side_sum.over_target / NULLIF(side_sum.people, 0e0)
      ELSE side_sum.spent_seconds / NULLIF(side_sum.people, 0e0)
    END AS value
  FROM side_sum
  INNER JOIN (
    VALUES ('lanes', 'service_level'), ('lanes', 'wait_seconds_mean'), ('zones', 'dwell_seconds_mean')
  ) AS measure (kind, measure) ON measure.kind = side_sum.kind
  LEFT JOIN side_coverage
    ON side_coverage.period_id = side_sum.period_id AND side_coverage.is_baseline = side_sum.is_baseline
    AND side_coverage.store_id = side_sum.store_id AND side_coverage.kind = side_sum.kind
),
both_sides AS (
  SELECT
    period_id, period_kind, start_date, end_date, store_id, measure,
    max(CASE WHEN NOT is_baseline THEN value END) AS value,
    max(CASE WHEN is_baseline THEN value END) AS baseline_value,
    max(CASE WHEN NOT is_baseline THEN coverage END) AS coverage,
    max(CASE WHEN is_baseline THEN coverage END) AS baseline_coverage,
    COALESCE(max(CASE WHEN NOT is_baseline THEN people END) BETWEEN 1e0 AND ${smallest_cell} - 1e0, FALSE) AS is_small,
    COALESCE(max(CASE WHEN is_baseline THEN people END) BETWEEN 1e0 AND ${smallest_cell} - 1e0, FALSE)
      AS is_baseline_small
  FROM side_value
  GROUP BY period_id, period_kind, start_date, end_date, store_id, measure
),
figure AS (
  SELECT
    counted.period_id, counted.period_kind, counted.start_date, counted.end_date, counted.place AS store_id,
    measure.measure,
    counted.visitors_per_open_day
      / CASE measure.measure WHEN 'visitors_per_day' THEN 1e0 ELSE NULLIF(store_v1.sales_area_m2, 0e0) END AS value,
    counted.baseline_visitors_per_open_day
      / CASE measure.measure WHEN 'visitors_per_day' THEN 1e0 ELSE NULLIF(store_v1.sales_area_m2, 0e0) END
      AS baseline_value,
    counted.coverage, counted.baseline_coverage, counted.is_suppressed, counted.flag
  FROM period_comparison AS counted
  INNER JOIN store_v1 ON store_v1.store_id = counted.place
  CROSS JOIN (VALUES ('visitors_per_day'), ('visitors_per_m2')) AS measure (measure)
  WHERE counted.level = 'store'
  UNION ALL
  SELECT
    period_id, period_kind, start_date, end_date, store_id, measure,
    CASE WHEN NOT is_small THEN value END, CASE WHEN NOT is_baseline_small THEN baseline_value END,
    coverage, baseline_coverage, is_small OR is_baseline_small,
    CASE
      WHEN baseline_value IS NULL THEN 'no baseline'
      WHEN COALESCE(
        abs(coverage - baseline_coverage) > 0.1e0 OR least(coverage, baseline_coverage) < 0.8e0, TRUE
      ) THEN 'unequal coverage'
    END
  FROM both_sides
),
scored AS (
  SELECT
    figure.*, store_v1.region, store_v1.location_kind,
    CASE figure.measure WHEN 'wait_seconds_mean' THEN -figure.value ELSE figure.value END AS score,
    CASE figure.measure WHEN 'wait_seconds_mean' THEN -figure.baseline_value ELSE figure.baseline_value END
      AS baseline_score,
    figure.flag IS NULL AND figure.value IS NOT NULL AND figure.baseline_value IS NOT NULL AS is_in_both
  FROM figure
  INNER JOIN store_v1 ON store_v1.store_id = figure.store_id
  WHERE figure.value IS NOT NULL OR figure.is_suppressed
),
ranked AS (
  SELECT
    *,
    CASE WHEN value IS NOT NULL THEN rank() OVER (in_chain ORDER BY score DESC NULLS LAST) END AS rank_in_chain,
    count(value) OVER in_chain AS stores,
    CASE WHEN value IS NOT NULL THEN rank() OVER (among_peers ORDER BY score DESC NULLS LAST) END AS rank_among_peers,
    count(value) OVER among_peers AS peers,
    CASE
      WHEN is_in_both
        THEN rank() OVER (in_both ORDER BY baseline_score DESC NULLS LAST)
          - rank() OVER (in_both ORDER BY score DESC NULLS LAST)
    END AS rank_gain
  FROM scored
  WINDOW
    in_chain AS (PARTITION BY period_id, measure),
    among_peers AS (PARTITION BY period_id, measure, region, location_kind),
    in_both AS (PARTITION BY period_id, measure, is_in_both)
)
SELECT
  period_id, period_kind, start_date, end_date, store_id, measure, region, location_kind,
  value, baseline_value, rank_in_chain, stores, rank_among_peers, peers, rank_gain,
  coverage, baseline_coverage, flag IS NULL AS is_comparable, is_suppressed, flag
FROM ranked
