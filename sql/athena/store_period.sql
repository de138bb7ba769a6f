-- question: How did each store do in each period, and how a year before, or in the period just before?
-- grain: one period, comparison and store
-- reads: period_v1, store_trading_day, coverage_hour, zone_local_hour_v1, lane_local_hour_v1, level_shift
-- margin: 732 days
-- order: period_kind, start_date DESC, compare_with, store_id
-- chart: bar x=store_id y=visitors_per_day by=compare_with
-- column: compare_with = With what it is compared: year before (period_v1's baseline) or period before
-- column: open_days = Days on which the store was open
-- column: hours_open = Hours in which the store was open
-- column: hours_seen = Of these, the hours in which the doors were watched, as a mean over the lines
-- column: zone_hours_seen = Of these, the hours in which the zones were watched, as a mean over the zones
-- column: lane_hours_seen = Of these, the hours in which the lanes were watched, as a mean over the lanes
-- column: visitors = Customers who came in
-- column: visitors_per_day = Mean visitors of the open days of which 80 % or more was watched
-- column: visits = Visits of customers to aisles, of at least 5 s
-- column: dwell_seconds = Sum of the dwell of these visits
-- column: joined = Queue journeys, whatever the outcome
-- column: served = Customers who were served
-- column: abandoned = Customers who gave up queueing
-- column: wait_seconds = Sum of the waits of the served
-- column: served_over_target = Served after more than the target wait
-- column: baseline_visitors = visitors of what it is compared with
-- column: baseline_visitors_per_day = visitors_per_day of what it is compared with
-- column: baseline_visits = visits of what it is compared with
-- column: baseline_dwell_seconds = dwell_seconds of what it is compared with
-- column: baseline_joined = joined of what it is compared with
-- column: baseline_served = served of what it is compared with
-- column: baseline_abandoned = abandoned of what it is compared with
-- column: baseline_wait_seconds = wait_seconds of what it is compared with
-- column: baseline_served_over_target = served_over_target of what it is compared with
-- column: baseline_hours_open = hours_open of what it is compared with
-- column: baseline_hours_seen = hours_seen of what it is compared with
-- column: compared_visitors_per_day = visitors_per_day where the two can be compared; null elsewhere
-- column: compared_baseline_visitors_per_day = baseline_visitors_per_day where the two can be compared; null elsewhere
-- column: coverage = Share of the open hours in which the doors were watched
-- column: baseline_coverage = coverage of what it is compared with
-- column: is_comparable = Visitors a day of the two tell of visitors: there is no flag
-- column: flag = Why they cannot be compared: no baseline, no visitors, few days (fewer than 4 open days well watched), moved camera or level shift (level_shift), other open days (a fifth fewer), other lines, unequal coverage (more than 0.10 apart, or below 0.80); null when fine
-- column: is_suppressed = A figure of too few people is not shown
-- The period before a month, quarter or year is the month, quarter or year before; of all else it is as many days, up to
-- the day before the first. A row is there where the store has a row of doors, aisles or lanes in the period.
-- Too few are 1 to 4 visitors, visits, joined or served: what is told of them goes with them. Of more, those who gave up
-- or waited too long are told however few they are. Days outside opening count for people, and for no hours.
-- The margin holds a period of up to three years, with the one before it.
WITH
compared AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, period_v1.start_date, period_v1.end_date, how.compare_with,
    CASE
      WHEN how.compare_with = 'year before' THEN period_v1.baseline_start_date
      WHEN period_v1.period_kind = 'month' THEN CAST(date_add('month', -1, period_v1.start_date) AS date)
      WHEN period_v1.period_kind = 'quarter' THEN CAST(date_add('month', -3, period_v1.start_date) AS date)
      WHEN period_v1.period_kind = 'year' THEN CAST(date_add('month', -12, period_v1.start_date) AS date)
      ELSE CAST(
        date_add('day', -1 - date_diff('day', period_v1.start_date, period_v1.end_date), period_v1.start_date) AS date
      )
    END AS baseline_start_date,
    CASE
      WHEN how.compare_with = 'year before' THEN period_v1.baseline_end_date
      ELSE CAST(date_add('day', -1, period_v1.start_date) AS date)
    END AS baseline_end_date
  FROM period_v1
  CROSS JOIN (VALUES ('year before'), ('period before')) AS how (compare_with)
),
side AS (
  SELECT
    compared.period_id, compared.period_kind, compared.start_date, compared.end_date, compared.compare_with,
    sides.is_baseline,
    CASE WHEN sides.is_baseline THEN compared.baseline_start_date ELSE compared.start_date END AS first_date,
    CASE WHEN sides.is_baseline THEN compared.baseline_end_date ELSE compared.end_date END AS last_date
  FROM compared
  CROSS JOIN (VALUES (FALSE), (TRUE)) AS sides (is_baseline)
),
part AS (
  SELECT
    store_id, business_date, 'doors' AS kind, visitors AS people,
    CAST(NULL AS BIGINT) AS joined, CAST(NULL AS BIGINT) AS abandoned, CAST(NULL AS BIGINT) AS over_target,
    CAST(NULL AS BIGINT) AS spent_ms,
    CASE WHEN is_open THEN hours_seen ELSE 0e0 END AS hours_seen,
    CASE WHEN is_open THEN open_hours ELSE 0e0 END AS hours_open,
    CASE WHEN is_open THEN 1 ELSE 0 END AS open_days,
    CASE WHEN is_open THEN lines END AS lines,
    CASE WHEN coverage >= 0.8e0 THEN 1 ELSE 0 END AS watched_days,
    CASE WHEN coverage >= 0.8e0 THEN visitors END AS watched_visitors
  FROM store_trading_day
  UNION ALL
  SELECT
    store_id, business_date, 'aisles', sum(visits), NULL, NULL, NULL, sum(dwell_ms), NULL, NULL, NULL, NULL, NULL, NULL
  FROM zone_local_hour_v1
  WHERE zone_kind = 'aisle'
  GROUP BY store_id, business_date
  UNION ALL
  SELECT
    store_id, business_date, 'lanes', sum(served), sum(joined), sum(abandoned), sum(served_over_target), sum(wait_ms),
    NULL, NULL, NULL, NULL, NULL, NULL
  FROM lane_local_hour_v1
  GROUP BY store_id, business_date
  UNION ALL
  SELECT
    store_id, business_date, kind || ' seen', NULL, NULL, NULL, NULL, NULL, sum(open_share * coverage), NULL, NULL,
    NULL, NULL, NULL
  FROM coverage_hour
  WHERE kind IN ('zones', 'lanes')
  GROUP BY store_id, business_date, kind
),
store_side AS (
  SELECT
    side.period_id, side.period_kind, side.start_date, side.end_date, side.compare_with, side.is_baseline,
    part.store_id,
    CAST(sum(part.open_days) AS BIGINT) AS open_days,
    sum(part.hours_open) AS hours_open,
    sum(CASE WHEN part.kind = 'doors' THEN part.hours_seen END) AS hours_seen,
    sum(CASE WHEN part.kind = 'zones seen' THEN part.hours_seen END) AS zone_hours_seen,
    sum(CASE WHEN part.kind = 'lanes seen' THEN part.hours_seen END) AS lane_hours_seen,
    CAST(sum(CASE WHEN part.kind = 'doors' THEN part.people END) AS BIGINT) AS visitors,
    CAST(sum(part.watched_days) AS BIGINT) AS watched_days,
    CAST(sum(part.watched_visitors) AS DOUBLE) / CAST(NULLIF(sum(part.watched_days), 0) AS DOUBLE) AS visitors_per_day,
    avg(CAST(part.lines AS DOUBLE)) AS lines,
    CAST(sum(CASE WHEN part.kind = 'aisles' THEN part.people END) AS BIGINT) AS visits,
    CAST(sum(CASE WHEN part.kind = 'aisles' THEN part.spent_ms END) AS DOUBLE) / 1000e0 AS dwell_seconds,
    CAST(sum(part.joined) AS BIGINT) AS joined,
    CAST(sum(CASE WHEN part.kind = 'lanes' THEN part.people END) AS BIGINT) AS served,
    CAST(sum(part.abandoned) AS BIGINT) AS abandoned,
    CAST(sum(CASE WHEN part.kind = 'lanes' THEN part.spent_ms END) AS DOUBLE) / 1000e0 AS wait_seconds,
    CAST(sum(part.over_target) AS BIGINT) AS served_over_target
  FROM side
  INNER JOIN part ON part.business_date BETWEEN side.first_date AND side.last_date
  GROUP BY
    side.period_id, side.period_kind, side.start_date, side.end_date, side.compare_with, side.is_baseline,
    part.store_id
),
shown_side AS (
  SELECT
    period_id, period_kind, start_date, end_date, compare_with, is_baseline, store_id,
    open_days, hours_open, hours_seen, zone_hours_seen, lane_hours_seen, lines, watched_days,
    round(hours_seen / NULLIF(hours_open, 0e0), 6) AS coverage,
    visitors IS NOT NULL AS has_visitors,
    COALESCE(visitors, visits, joined) IS NOT NULL AS has_rows,
    CASE WHEN visitors = 0 OR visitors >= ${smallest_cell} THEN visitors END AS visitors,
    CASE WHEN visitors = 0 OR visitors >= ${smallest_cell} THEN visitors_per_day END AS visitors_per_day,
    CASE WHEN visits = 0 OR visits >= ${smallest_cell} THEN visits END AS visits,
    CASE WHEN visits = 0 OR visits >= ${smallest_cell} THEN dwell_seconds END AS dwell_seconds,
    CASE WHEN joined = 0 OR joined >= ${smallest_cell} THEN joined END AS joined,
    CASE WHEN joined = 0 OR joined >= ${smallest_cell} THEN abandoned END AS abandoned,
    CASE WHEN served = 0 OR served >= ${smallest_cell} THEN served END AS served,
    CASE WHEN served = 0 OR served >= ${smallest_cell} THEN wait_seconds END AS wait_seconds,
    CASE WHEN served = 0 OR served >= ${smallest_cell} THEN served_over_target END AS served_over_target,
    COALESCE(visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(visits BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(joined BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(served BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS is_suppressed
  FROM store_side
),
store AS (
  SELECT
    period_id, period_kind, start_date, end_date, compare_with, store_id,
    max(CASE WHEN NOT is_baseline THEN open_days END) AS open_days,
    max(CASE WHEN NOT is_baseline THEN hours_open END) AS hours_open,
    max(CASE WHEN NOT is_baseline THEN hours_seen END) AS hours_seen,
    max(CASE WHEN NOT is_baseline THEN zone_hours_seen END) AS zone_hours_seen,
    max(CASE WHEN NOT is_baseline THEN lane_hours_seen END) AS lane_hours_seen,
    max(CASE WHEN NOT is_baseline THEN lines END) AS lines,
    max(CASE WHEN NOT is_baseline THEN watched_days END) AS watched_days,
    max(CASE WHEN NOT is_baseline THEN coverage END) AS coverage,
    bool_or(NOT is_baseline AND has_visitors) AS has_visitors,
    max(CASE WHEN NOT is_baseline THEN visitors END) AS visitors,
    max(CASE WHEN NOT is_baseline THEN visitors_per_day END) AS visitors_per_day,
    max(CASE WHEN NOT is_baseline THEN visits END) AS visits,
    max(CASE WHEN NOT is_baseline THEN dwell_seconds END) AS dwell_seconds,
    max(CASE WHEN NOT is_baseline THEN joined END) AS joined,
    max(CASE WHEN NOT is_baseline THEN served END) AS served,
    max(CASE WHEN NOT is_baseline THEN abandoned END) AS abandoned,
    max(CASE WHEN NOT is_baseline THEN wait_seconds END) AS wait_seconds,
    max(CASE WHEN NOT is_baseline THEN served_over_target END) AS served_over_target,
    max(CASE WHEN is_baseline THEN open_days END) AS baseline_open_days,
    max(CASE WHEN is_baseline THEN hours_open END) AS baseline_hours_open,
    max(CASE WHEN is_baseline THEN hours_seen END) AS baseline_hours_seen,
    max(CASE WHEN is_baseline THEN lines END) AS baseline_lines,
    max(CASE WHEN is_baseline THEN watched_days END) AS baseline_watched_days,
    max(CASE WHEN is_baseline THEN coverage END) AS baseline_coverage,
    bool_or(is_baseline AND has_visitors) AS has_baseline_visitors,
    max(CASE WHEN is_baseline THEN visitors END) AS baseline_visitors,
    max(CASE WHEN is_baseline THEN visitors_per_day END) AS baseline_visitors_per_day,
    max(CASE WHEN is_baseline THEN visits END) AS baseline_visits,
    max(CASE WHEN is_baseline THEN dwell_seconds END) AS baseline_dwell_seconds,
    max(CASE WHEN is_baseline THEN joined END) AS baseline_joined,
    max(CASE WHEN is_baseline THEN served END) AS baseline_served,
    max(CASE WHEN is_baseline THEN abandoned END) AS baseline_abandoned,
    max(CASE WHEN is_baseline THEN wait_seconds END) AS baseline_wait_seconds,
    max(CASE WHEN is_baseline THEN served_over_target END) AS baseline_served_over_target,
    bool_or(is_suppressed) AS is_suppressed
  FROM shown_side
  GROUP BY period_id, period_kind, start_date, end_date, compare_with, store_id
  HAVING bool_or(NOT is_baseline AND has_rows)
),
shifted AS (
  SELECT compared.period_id, compared.compare_with, shift.store_id, bool_or(shift.cause = 'moved camera') AS is_moved
  FROM compared
  INNER JOIN level_shift AS shift
    ON shift.line_id = '*' AND shift.shift_date > compared.baseline_start_date AND shift.shift_date <= compared.end_date
  GROUP BY compared.period_id, compared.compare_with, shift.store_id
),
judged AS (
  SELECT
    store.*,
    CASE
      WHEN NOT store.has_baseline_visitors THEN 'no baseline'
      WHEN NOT store.has_visitors THEN 'no visitors'
      WHEN store.watched_days < 4 OR store.baseline_watched_days < 4 THEN 'few days'
      WHEN shifted.is_moved THEN 'moved camera'
      WHEN shifted.store_id IS NOT NULL THEN 'level shift'
      WHEN 5 * least(store.open_days, store.baseline_open_days)
        < 4 * greatest(store.open_days, store.baseline_open_days) THEN 'other open days'
      WHEN abs(store.lines - store.baseline_lines) > 0.1e0 THEN 'other lines'
      WHEN abs(store.coverage - store.baseline_coverage) > 0.1e0 + 1e-9
        OR least(store.coverage, store.baseline_coverage) < 0.8e0 THEN 'unequal coverage'
    END AS flag
  FROM store
  LEFT JOIN shifted
    ON shifted.period_id = store.period_id AND shifted.compare_with = store.compare_with
    AND shifted.store_id = store.store_id
)
SELECT
  period_id, period_kind, start_date, end_date, compare_with, store_id,
  open_days, hours_open, hours_seen, zone_hours_seen, lane_hours_seen,
  visitors, visitors_per_day, visits, dwell_seconds, joined, served, abandoned, wait_seconds, served_over_target,
  baseline_visitors, baseline_visitors_per_day, baseline_visits, baseline_dwell_seconds, baseline_joined,
  baseline_served, baseline_abandoned, baseline_wait_seconds, baseline_served_over_target,
  baseline_hours_open, baseline_hours_seen,
  CASE WHEN flag IS NULL AND baseline_visitors_per_day IS NOT NULL THEN visitors_per_day END
    AS compared_visitors_per_day,
  CASE WHEN flag IS NULL AND visitors_per_day IS NOT NULL THEN baseline_visitors_per_day END
    AS compared_baseline_visitors_per_day,
  coverage, baseline_coverage, flag IS NULL AS is_comparable, flag, is_suppressed
FROM judged
