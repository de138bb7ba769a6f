-- question: How did each store's visitors during and after a peak differ from the same weekdays before?
-- grain: one peak and store
-- reads: peak_v1, peak_store_v1, store_trading_day, level_shift
-- order: peak_id, store_id
-- column: peak_role = treated, or control; all stores are treated where peak_store_v1 says nothing of the peak
-- column: days_before = Days before that count: open, and watched for 80 % or more
-- column: days_during = Days of the peak that count
-- column: days_after = Days after that count
-- column: visitors_before = Customers who came in on these days before
-- column: visitors_during = Customers who came in on these days of the peak
-- column: visitors_after = Customers who came in on these days after
-- column: log_change_during = Log of the visitors of the peak over those of the same weekdays before
-- column: log_change_after = Log of the visitors after the peak over those of the same weekdays before
-- column: log_trend = Log of the change from the first half of the days before to the second
-- column: coverage = Share of the open hours of the peak that was watched
-- column: baseline_coverage = Share of the open hours before that was watched
-- column: flag = few days (of a week before, or of the peak), moved camera, level shift, unequal coverage
-- What peak_effect builds on. A day is measured by the mean of the same weekday before, so that a peak over a weekend
-- is not taken for growth; a weekday that was never seen before is left out. Days of few are in it: share no rows outside
-- the store.
WITH
phase AS (
  SELECT peak_id, 'before' AS phase, before_start_date AS first_date, before_end_date AS last_date FROM peak_v1
  UNION ALL
  SELECT peak_id, 'during', start_date, end_date FROM peak_v1
  UNION ALL
  SELECT peak_id, 'after', after_start_date, after_end_date FROM peak_v1
),
phase_day AS (
  SELECT
    phase.peak_id, phase.phase, trading.store_id, trading.iso_weekday, trading.open_hours, trading.hours_seen,
    CASE WHEN trading.coverage >= 0.8e0 THEN CAST(trading.visitors AS DOUBLE) END AS visitors,
    phase.phase = 'before'
      AND 2 * date_diff('day', phase.first_date, trading.business_date)
        > date_diff('day', phase.first_date, phase.last_date) AS is_second_half
  FROM phase
  INNER JOIN store_trading_day AS trading
    ON trading.business_date BETWEEN phase.first_date AND phase.last_date AND trading.is_open
),
expected_day AS (
  SELECT
    *,
    CASE
      WHEN visitors IS NOT NULL
        THEN avg(CASE WHEN phase = 'before' THEN visitors END) OVER (PARTITION BY peak_id, store_id, iso_weekday)
    END AS expected
  FROM phase_day
),
store_sum AS (
  SELECT
    peak_id, store_id,
    count(CASE WHEN phase = 'before' THEN visitors END) AS days_before,
    count(CASE WHEN phase = 'during' THEN visitors END) AS days_during,
    count(CASE WHEN phase = 'after' THEN visitors END) AS days_after,
    sum(CASE WHEN phase = 'before' THEN visitors END) AS visitors_before,
    sum(CASE WHEN phase = 'during' THEN visitors END) AS visitors_during,
    sum(CASE WHEN phase = 'after' THEN visitors END) AS visitors_after,
    sum(CASE WHEN phase = 'during' AND expected IS NOT NULL THEN visitors END) AS compared_during,
    sum(CASE WHEN phase = 'during' THEN expected END) AS expected_during,
    sum(CASE WHEN phase = 'after' AND expected IS NOT NULL THEN visitors END) AS compared_after,
    sum(CASE WHEN phase = 'after' THEN expected END) AS expected_after,
    sum(CASE WHEN phase = 'before' AND NOT is_second_half THEN visitors END) AS visitors_first,
    sum(CASE WHEN phase = 'before' AND NOT is_second_half THEN expected END) AS expected_first,
    sum(CASE WHEN is_second_half THEN visitors END) AS visitors_second,
    sum(CASE WHEN is_second_half THEN expected END) AS expected_second,
    sum(CASE WHEN phase = 'during' THEN hours_seen END)
      / NULLIF(sum(CASE WHEN phase = 'during' THEN open_hours END), 0e0) AS coverage,
    sum(CASE WHEN phase = 'before' THEN hours_seen END)
      / NULLIF(sum(CASE WHEN phase = 'before' THEN open_hours END), 0e0) AS baseline_coverage
  FROM expected_day
  GROUP BY peak_id, store_id
),
shifted AS (
  SELECT peak_v1.peak_id, shift.store_id, bool_or(shift.cause = 'moved camera') AS is_moved
  FROM peak_v1
  INNER JOIN level_shift AS shift
    ON shift.line_id = '*' AND shift.shift_date > peak_v1.before_start_date
    AND shift.shift_date <= peak_v1.after_end_date
  GROUP BY peak_v1.peak_id, shift.store_id
),
-- Where peak_store_v1 says nothing of a peak all stores are treated; where it does, others are not in it.
flagged AS (
  SELECT
    store_sum.*, COALESCE(member.peak_role, 'treated') AS peak_role,
    CASE
      WHEN days_before < 7 OR days_during = 0 THEN 'few days'
      WHEN shifted.is_moved THEN 'moved camera'
      WHEN shifted.store_id IS NOT NULL THEN 'level shift'
      WHEN abs(coverage - baseline_coverage) > 0.1e0 OR least(coverage, baseline_coverage) < 0.8e0
        THEN 'unequal coverage'
    END AS flag
  FROM store_sum
  LEFT JOIN peak_store_v1 AS member
    ON member.peak_id = store_sum.peak_id AND member.store_id = store_sum.store_id
  LEFT JOIN (SELECT DISTINCT peak_id FROM peak_store_v1) AS assigned ON assigned.peak_id = store_sum.peak_id
  LEFT JOIN shifted ON shifted.peak_id = store_sum.peak_id AND shifted.store_id = store_sum.store_id
  WHERE member.store_id IS NOT NULL OR assigned.peak_id IS NULL
)
SELECT
  peak_id, store_id, peak_role, days_before, days_during, days_after, visitors_before, visitors_during, visitors_after,
  ln(NULLIF(compared_during, 0e0) / NULLIF(expected_during, 0e0)) AS log_change_during,
  ln(NULLIF(compared_after, 0e0) / NULLIF(expected_after, 0e0)) AS log_change_after,
  ln(NULLIF(visitors_second, 0e0) / NULLIF(expected_second, 0e0))
    - ln(NULLIF(visitors_first, 0e0) / NULLIF(expected_first, 0e0)) AS log_trend,
  coverage, baseline_coverage, flag
FROM flagged
