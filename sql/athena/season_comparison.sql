-- question: How did visitors change on a year before if like is compared with like, and how sure is that?
-- grain: one period and place: a store, a region, or the chain
-- reads: store_trading_day, period_v1, period_comparison
-- order: period_kind, start_date DESC, level, change DESC
-- chart: band x=place y=change low=change_low high=change_high by=level
-- column: level = What the row is about: store, region or chain
-- column: place = The store, or the region; `*` for the chain
-- column: region = Region of the store, or the region; null for the chain
-- column: stores = Stores that are in it
-- column: stores_left_out = Stores whose counts moved to another level between the two: not in a region or the chain
-- column: stores_without_pairs = Stores with no day to compare, such as those that opened in between
-- column: pairs = Days of stores that were compared, each with its comparable_date
-- column: pairs_left_out_closed = Days left out as the store was closed then or a year before
-- column: pairs_left_out_coverage = Days left out as less than 80 % was watched then or a year before
-- column: pairs_left_out_counterpart = Days left out as there is no day to compare with
-- column: visitors = Customers who came in on the days compared
-- column: baseline_visitors = Customers who came in on the days that they are compared with
-- column: change = visitors / baseline_visitors - 1: like for like
-- column: change_low = Lower 95 % limit of the change; null with fewer than 4 weeks of a store, or 3 stores
-- column: change_high = Upper 95 % limit of the change
-- column: unadjusted_change = Change of all visitors as counted (period_comparison), to see what the choice of days does
-- column: coverage = Mean coverage of the days compared
-- column: baseline_coverage = Mean coverage of the days that they are compared with
-- column: is_comparable = The change tells of visitors: there is no flag
-- column: is_suppressed = Figures of too few people are not shown
-- column: flag = Why the change must not be taken for one of visitors: no baseline, moved camera, level shift, few days (fewer than 4, or than half, could be compared), unequal coverage (more than 0.10 apart)
-- A day is compared with its comparable_date, so that weekdays, weeks and moved holidays match, where the store was open
-- on both and 80 % of the hours were watched on both. Visitors are not scaled up.
-- Limits: of a ratio of sums R, by the jackknife that leaves out one unit of n after the other (Royall & Cumberland
-- 1981), on the scale of the logarithm: with residuals e = y - R x and shares h = x / sum(x), the error of ln R is
-- sqrt((n - 1) / n * sum((e / (1 - h))^2)) / sum(y). Units are a store's retail weeks, or the stores of a region or the
-- chain, as days of a store go together. Where a store's weeks follow each other alike, the error grows by
-- sqrt((1 + r) / (1 - r)), with the residuals' correlation r from week to week (Bence 1995); where they do so for months
-- that is still too little.
-- Student's t with n - 1 degrees of freedom by the expansion of Cornish and Fisher (Abramowitz & Stegun 26.7.5);
-- the exact one of 2, where that is coarse.
WITH
store_day AS (
  SELECT store_id, business_date, is_open, comparable_date, visitors, coverage, retail_year, retail_week
  FROM store_trading_day
),
pair AS (
  SELECT
    period_v1.period_id, trading.store_id, trading.retail_year, trading.retail_week,
    CASE
      WHEN NOT trading.is_open THEN 'closed'
      WHEN baseline.store_id IS NULL THEN 'counterpart'
      WHEN NOT baseline.is_open THEN 'closed'
      WHEN trading.coverage >= 0.8e0 AND baseline.coverage >= 0.8e0 THEN 'compared'
      ELSE 'coverage'
    END AS fate,
    CAST(trading.visitors AS DOUBLE) AS visitors, CAST(baseline.visitors AS DOUBLE) AS baseline_visitors,
    trading.coverage, baseline.coverage AS baseline_coverage
  FROM period_v1
  INNER JOIN store_day AS trading
    ON trading.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  LEFT JOIN store_day AS baseline
    ON baseline.store_id = trading.store_id AND baseline.business_date = trading.comparable_date
),
store_week AS (
  SELECT
    period_id, store_id, retail_year, retail_week,
    sum(CASE WHEN fate = 'compared' THEN visitors END) AS visitors,
    sum(CASE WHEN fate = 'compared' THEN baseline_visitors END) AS baseline_visitors,
    count(CASE WHEN fate = 'compared' THEN 1 END) AS pairs,
    count(CASE WHEN fate = 'closed' THEN 1 END) AS closed,
    count(CASE WHEN fate = 'coverage' THEN 1 END) AS uncovered,
    count(CASE WHEN fate = 'counterpart' THEN 1 END) AS unmatched,
    sum(CASE WHEN fate = 'compared' THEN coverage END) AS coverage,
    sum(CASE WHEN fate = 'compared' THEN baseline_coverage END) AS baseline_coverage
  FROM pair
  GROUP BY period_id, store_id, retail_year, retail_week
),
-- Of a store a unit is a week, of a region or the chain it is a store; a store that moved to another level is left out.
unit AS (
  SELECT
    counted.period_id, counted.period_kind, counted.start_date, counted.end_date, level.level,
    CASE level.level WHEN 'store' THEN counted.place WHEN 'region' THEN counted.region ELSE '*' END AS place,
    CASE WHEN level.level <> 'chain' THEN counted.region END AS region,
    counted.place AS store_id,
    CASE WHEN level.level = 'store' THEN store_week.retail_year END AS retail_year,
    CASE WHEN level.level = 'store' THEN store_week.retail_week END AS retail_week,
    counted.shifted_stores, counted.moved_stores,
    level.level <> 'store' AND counted.shifted_stores > 0 AS is_left_out,
    max(counted.visitors) AS unadjusted_visitors, max(counted.baseline_visitors) AS unadjusted_baseline_visitors,
    COALESCE(sum(store_week.visitors), 0e0) AS visitors,
    COALESCE(sum(store_week.baseline_visitors), 0e0) AS baseline_visitors,
    COALESCE(sum(store_week.pairs), 0) AS pairs,
    COALESCE(sum(store_week.closed), 0) AS closed,
    COALESCE(sum(store_week.uncovered), 0) AS uncovered,
    COALESCE(sum(store_week.unmatched), 0) AS unmatched,
    COALESCE(sum(store_week.coverage), 0e0) AS coverage,
    COALESCE(sum(store_week.baseline_coverage), 0e0) AS baseline_coverage
  FROM period_comparison AS counted
  LEFT JOIN store_week ON store_week.period_id = counted.period_id AND store_week.store_id = counted.place
  CROSS JOIN (VALUES ('store'), ('region'), ('chain')) AS level (level)
  WHERE counted.level = 'store'
  GROUP BY
    counted.period_id, counted.period_kind, counted.start_date, counted.end_date, level.level, counted.place,
    counted.region, counted.shifted_stores, counted.moved_stores,
    CASE WHEN level.level = 'store' THEN store_week.retail_year END,
    CASE WHEN level.level = 'store' THEN store_week.retail_week END
),
measured AS (
  SELECT
    *,
    CASE WHEN pairs > 0 AND NOT is_left_out THEN visitors END AS own_visitors,
    CASE WHEN pairs > 0 AND NOT is_left_out THEN baseline_visitors END AS own_baseline_visitors
  FROM unit
),
residual AS (
  SELECT
    *,
    own_baseline_visitors / NULLIF(sum(own_baseline_visitors) OVER whole, 0e0) AS weight,
    own_visitors - own_baseline_visitors
      * sum(own_visitors) OVER whole / NULLIF(sum(own_baseline_visitors) OVER whole, 0e0) AS residual
  FROM measured
  WINDOW whole AS (PARTITION BY period_id, level, place)
),
followed AS (
  SELECT
    *,
    lag(residual) OVER (PARTITION BY period_id, level, place ORDER BY retail_year, retail_week, store_id)
      AS residual_before
  FROM residual
),
place AS (
  SELECT
    period_id, period_kind, start_date, end_date, level, place, region,
    count(own_visitors) AS units,
    count(CASE WHEN is_left_out THEN 1 END) AS stores_left_out,
    count(CASE WHEN pairs = 0 AND NOT is_left_out THEN 1 END) AS units_without_pairs,
    max(shifted_stores) AS shifted_stores, max(moved_stores) AS moved_stores,
    CAST(sum(CASE WHEN NOT is_left_out THEN pairs ELSE 0 END) AS BIGINT) AS pairs,
    CAST(sum(CASE WHEN NOT is_left_out THEN closed ELSE 0 END) AS BIGINT) AS pairs_left_out_closed,
    CAST(sum(CASE WHEN NOT is_left_out THEN uncovered ELSE 0 END) AS BIGINT) AS pairs_left_out_coverage,
    CAST(sum(CASE WHEN NOT is_left_out THEN unmatched ELSE 0 END) AS BIGINT) AS pairs_left_out_counterpart,
    sum(own_visitors) AS visitors,
    sum(own_baseline_visitors) AS baseline_visitors,
    -- Each of a store's weeks has the store's whole figure.
    CASE level WHEN 'store' THEN max(unadjusted_visitors) ELSE sum(unadjusted_visitors) END AS unadjusted_visitors,
    CASE level WHEN 'store' THEN max(unadjusted_baseline_visitors) ELSE sum(unadjusted_baseline_visitors) END
      AS unadjusted_baseline_visitors,
    sum(CASE WHEN own_visitors IS NOT NULL THEN coverage END) AS coverage,
    sum(CASE WHEN own_visitors IS NOT NULL THEN baseline_coverage END) AS baseline_coverage,
    sum(residual * residual / NULLIF((1e0 - weight) * (1e0 - weight), 0e0)) AS squares,
    CASE level
      WHEN 'store' THEN sum(residual * residual_before) / NULLIF(sum(residual * residual), 0e0)
    END AS correlation
  FROM followed
  GROUP BY period_id, period_kind, start_date, end_date, level, place, region
),
correlated AS (
  SELECT
    *,
    -- A short series tells too little of it (Marriott & Pope 1954).
    COALESCE(least(greatest(
      (correlation * CAST(units AS DOUBLE) + 1e0) / CAST(NULLIF(greatest(units - 3, 0), 0) AS DOUBLE), 0e0
    ), 0.9e0), 0e0) AS alikeness
  FROM place
),
limited AS (
  SELECT
    *,
    CASE level WHEN 'store' THEN least(units, 1) ELSE units END AS stores,
    CASE level WHEN 'store' THEN CASE WHEN units = 0 THEN 1 ELSE 0 END ELSE units_without_pairs END
      AS stores_without_pairs,
    coverage / NULLIF(CAST(pairs AS DOUBLE), 0e0) AS pair_coverage,
    baseline_coverage / NULLIF(CAST(pairs AS DOUBLE), 0e0) AS pair_baseline_coverage,
    COALESCE(visitors > 0e0 AND visitors < CAST(${smallest_cell} AS DOUBLE), FALSE)
      OR COALESCE(baseline_visitors > 0e0 AND baseline_visitors < CAST(${smallest_cell} AS DOUBLE), FALSE)
      AS is_suppressed,
    ln(NULLIF(visitors, 0e0) / NULLIF(baseline_visitors, 0e0)) AS log_change,
    CASE
      WHEN units >= CASE level WHEN 'store' THEN 4 ELSE 3 END
        THEN sqrt(
          CAST(units - 1 AS DOUBLE) / CAST(units AS DOUBLE) * squares * (1e0 + alikeness) / (1e0 - alikeness)
        ) / NULLIF(visitors, 0e0)
    END AS log_error,
    CAST(NULLIF(units - 1, 0) AS DOUBLE) AS freedom
  FROM correlated
),
spread AS (
  SELECT
    *,
    CASE
      WHEN freedom < 3e0 THEN 4.302652729911e0
      ELSE 1.959963984540054e0 + 2.372271230298562e0 / freedom + 2.822498615739611e0 / (freedom * freedom)
        + 2.555849679507722e0 / (freedom * freedom * freedom)
        + 1.589534053393823e0 / (freedom * freedom * freedom * freedom)
    END AS student
  FROM limited
),
flagged AS (
  SELECT
    *,
    CASE
      WHEN pairs = 0 THEN 'no baseline'
      WHEN level = 'store' AND moved_stores > 0 THEN 'moved camera'
      WHEN level = 'store' AND shifted_stores > 0 THEN 'level shift'
      WHEN pairs < 4 OR pairs < pairs_left_out_coverage + pairs_left_out_counterpart THEN 'few days'
      WHEN abs(pair_coverage - pair_baseline_coverage) > 0.1e0 THEN 'unequal coverage'
    END AS flag
  FROM spread
)
SELECT
  period_id, period_kind, start_date, end_date, level, place, region,
  stores, stores_left_out, stores_without_pairs,
  pairs, pairs_left_out_closed, pairs_left_out_coverage, pairs_left_out_counterpart,
  CASE WHEN NOT is_suppressed THEN CAST(visitors AS BIGINT) END AS visitors,
  CASE WHEN NOT is_suppressed THEN CAST(baseline_visitors AS BIGINT) END AS baseline_visitors,
  CASE WHEN NOT is_suppressed THEN visitors / NULLIF(baseline_visitors, 0e0) - 1e0 END AS change,
  CASE WHEN NOT is_suppressed THEN exp(log_change - student * log_error) - 1e0 END AS change_low,
  CASE WHEN NOT is_suppressed THEN exp(log_change + student * log_error) - 1e0 END AS change_high,
  CASE
    WHEN NOT is_suppressed
      THEN CAST(unadjusted_visitors AS DOUBLE) / NULLIF(CAST(unadjusted_baseline_visitors AS DOUBLE), 0e0) - 1e0
  END AS unadjusted_change,
  pair_coverage AS coverage, pair_baseline_coverage AS baseline_coverage,
  flag IS NULL AS is_comparable, is_suppressed, flag
FROM flagged
