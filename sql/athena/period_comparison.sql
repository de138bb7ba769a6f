-- question: How many visitors came in each period, and how many in the same period a year before, as counted?
-- grain: one period and place: a store, a region, or the chain
-- reads: store_trading_day, period_v1, level_shift
-- order: period_kind, start_date DESC, level, change DESC
-- chart: bar x=place y=change by=level
-- column: level = What the row is about: store, region or chain
-- column: place = The store, or the region; `*` for the chain
-- column: region = Region of the store, or the region; null for the chain
-- column: stores = Stores that were counted in the period
-- column: open_days = Days on which the stores were open, one for each store
-- column: visitors = Customers who came in
-- column: visitors_per_open_day = Mean over the open days of which 80 % or more was watched
-- column: coverage = Share of the open hours that was watched
-- column: baseline_stores = Stores that were counted a year before
-- column: baseline_open_days = open_days a year before
-- column: baseline_visitors = visitors a year before
-- column: baseline_visitors_per_open_day = visitors_per_open_day a year before
-- column: baseline_coverage = coverage a year before
-- column: change = visitors / baseline_visitors - 1
-- column: change_per_open_day = visitors_per_open_day / baseline_visitors_per_open_day - 1
-- column: shifted_stores = Stores whose counts moved to another level between the two (level_shift)
-- column: moved_stores = Of these, stores with a camera that was moved
-- column: is_comparable = The change tells of visitors: there is no flag
-- column: is_suppressed = A figure of too few people is not shown
-- column: flag = Why the change must not be taken for one of visitors: no baseline, no visitors, few days (fewer than 4 open days well watched), moved camera, level shift, other stores, other open days (10 % fewer), other lines, unequal coverage (more than 0.10 apart, or below 0.80)
-- As counted: other weekdays, holidays that moved and stores that opened are all in it. season_comparison compares like
-- with like. Figures of stores add up to those of regions and the chain.
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
store_side AS (
  SELECT
    side.period_id, side.period_kind, side.start_date, side.end_date, side.is_baseline,
    trading.store_id, trading.region,
    sum(trading.visitors) AS visitors,
    count(CASE WHEN trading.is_open THEN 1 END) AS open_days,
    sum(CASE WHEN trading.is_open THEN trading.open_hours ELSE 0e0 END) AS open_hours,
    sum(CASE WHEN trading.is_open THEN trading.hours_seen ELSE 0e0 END) AS hours_seen,
    count(CASE WHEN trading.coverage >= 0.8e0 THEN 1 END) AS watched_days,
    sum(CASE WHEN trading.coverage >= 0.8e0 THEN trading.visitors END) AS watched_visitors,
    avg(CASE WHEN trading.is_open THEN CAST(trading.lines AS DOUBLE) END) AS lines
  FROM side
  INNER JOIN store_trading_day AS trading ON trading.business_date BETWEEN side.first_date AND side.last_date
  GROUP BY
    side.period_id, side.period_kind, side.start_date, side.end_date, side.is_baseline, trading.store_id, trading.region
),
shifted AS (
  SELECT period_v1.period_id, shift.store_id, bool_or(shift.cause = 'moved camera') AS is_moved
  FROM period_v1
  INNER JOIN level_shift AS shift
    ON shift.line_id = '*' AND shift.shift_date > period_v1.baseline_start_date
    AND shift.shift_date <= period_v1.end_date
  GROUP BY period_v1.period_id, shift.store_id
),
store AS (
  SELECT
    period_id, period_kind, start_date, end_date, store_id, region,
    max(CASE WHEN NOT is_baseline THEN visitors END) AS visitors,
    max(CASE WHEN NOT is_baseline THEN open_days END) AS open_days,
    max(CASE WHEN NOT is_baseline THEN open_hours END) AS open_hours,
    max(CASE WHEN NOT is_baseline THEN hours_seen END) AS hours_seen,
    max(CASE WHEN NOT is_baseline THEN watched_days END) AS watched_days,
    max(CASE WHEN NOT is_baseline THEN watched_visitors END) AS watched_visitors,
    max(CASE WHEN NOT is_baseline THEN lines END) AS lines,
    max(CASE WHEN is_baseline THEN visitors END) AS baseline_visitors,
    max(CASE WHEN is_baseline THEN open_days END) AS baseline_open_days,
    max(CASE WHEN is_baseline THEN open_hours END) AS baseline_open_hours,
    max(CASE WHEN is_baseline THEN hours_seen END) AS baseline_hours_seen,
    max(CASE WHEN is_baseline THEN watched_days END) AS baseline_watched_days,
    max(CASE WHEN is_baseline THEN watched_visitors END) AS baseline_watched_visitors,
    max(CASE WHEN is_baseline THEN lines END) AS baseline_lines
  FROM store_side
  GROUP BY period_id, period_kind, start_date, end_date, store_id, region
  HAVING count(visitors) > 0
),
place AS (
  SELECT
    store.period_id, store.period_kind, store.start_date, store.end_date, level.level,
    CASE level.level WHEN 'store' THEN store.store_id WHEN 'region' THEN store.region ELSE '*' END AS place,
    CASE WHEN level.level <> 'chain' THEN store.region END AS region,
    count(store.visitors) AS stores,
    count(store.baseline_visitors) AS baseline_stores,
    count(CASE WHEN store.visitors IS NOT NULL AND store.baseline_visitors IS NOT NULL THEN 1 END) AS same_stores,
    CAST(sum(store.visitors) AS BIGINT) AS visitors,
    CAST(COALESCE(sum(store.open_days), 0) AS BIGINT) AS open_days,
    sum(store.hours_seen) / NULLIF(sum(store.open_hours), 0e0) AS coverage,
    CAST(COALESCE(sum(store.watched_days), 0) AS BIGINT) AS watched_days,
    CAST(sum(store.watched_visitors) AS DOUBLE) / NULLIF(CAST(sum(store.watched_days) AS DOUBLE), 0e0)
      AS visitors_per_open_day,
    CAST(sum(store.baseline_visitors) AS BIGINT) AS baseline_visitors,
    CAST(COALESCE(sum(store.baseline_open_days), 0) AS BIGINT) AS baseline_open_days,
    sum(store.baseline_hours_seen) / NULLIF(sum(store.baseline_open_hours), 0e0) AS baseline_coverage,
    CAST(COALESCE(sum(store.baseline_watched_days), 0) AS BIGINT) AS baseline_watched_days,
    CAST(sum(store.baseline_watched_visitors) AS DOUBLE)
      / NULLIF(CAST(sum(store.baseline_watched_days) AS DOUBLE), 0e0) AS baseline_visitors_per_open_day,
    max(abs(store.lines - store.baseline_lines)) AS line_gap,
    count(shifted.store_id) AS shifted_stores,
    count(CASE WHEN shifted.is_moved THEN 1 END) AS moved_stores
  FROM store
  LEFT JOIN shifted ON shifted.period_id = store.period_id AND shifted.store_id = store.store_id
  CROSS JOIN (VALUES ('store'), ('region'), ('chain')) AS level (level)
  GROUP BY
    store.period_id, store.period_kind, store.start_date, store.end_date, level.level,
    CASE level.level WHEN 'store' THEN store.store_id WHEN 'region' THEN store.region ELSE '*' END,
    CASE WHEN level.level <> 'chain' THEN store.region END
),
judged AS (
  SELECT
    *,
    CASE
      WHEN baseline_visitors IS NULL THEN 'no baseline'
      WHEN visitors IS NULL THEN 'no visitors'
      WHEN watched_days < 4 OR baseline_watched_days < 4 THEN 'few days'
      WHEN moved_stores > 0 THEN 'moved camera'
      WHEN shifted_stores > 0 THEN 'level shift'
      WHEN same_stores < stores OR same_stores < baseline_stores THEN 'other stores'
      WHEN 10 * least(open_days, baseline_open_days) < 9 * greatest(open_days, baseline_open_days)
        THEN 'other open days'
      WHEN line_gap > 0.1e0 THEN 'other lines'
      WHEN abs(coverage - baseline_coverage) > 0.1e0 OR least(coverage, baseline_coverage) < 0.8e0
        THEN 'unequal coverage'
    END AS flag,
    COALESCE(visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS is_small,
    COALESCE(baseline_visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS is_baseline_small
  FROM place
),
shown AS (
  SELECT
    *,
    CASE WHEN NOT is_small THEN visitors END AS shown_visitors,
    CASE WHEN NOT is_small THEN visitors_per_open_day END AS shown_per_day,
    CASE WHEN NOT is_baseline_small THEN baseline_visitors END AS shown_baseline_visitors,
    CASE WHEN NOT is_baseline_small THEN baseline_visitors_per_open_day END AS shown_baseline_per_day
  FROM judged
)
SELECT
  period_id, period_kind, start_date, end_date, level, place, region,
  stores, open_days, shown_visitors AS visitors, shown_per_day AS visitors_per_open_day, coverage,
  baseline_stores, baseline_open_days, shown_baseline_visitors AS baseline_visitors,
  shown_baseline_per_day AS baseline_visitors_per_open_day, baseline_coverage,
  CAST(shown_visitors AS DOUBLE) / NULLIF(CAST(shown_baseline_visitors AS DOUBLE), 0e0) - 1e0 AS change,
  shown_per_day / NULLIF(shown_baseline_per_day, 0e0) - 1e0 AS change_per_open_day,
  shifted_stores, moved_stores, flag IS NULL AS is_comparable, is_small OR is_baseline_small AS is_suppressed, flag
FROM shown
