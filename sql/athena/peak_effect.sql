-- question: What did a peak or a promotion do to visitors, during it and after it, beyond what other stores saw?
-- grain: one peak and place: a store, or the chain's treated stores together
-- reads: peak_v1, peak_store_change
-- order: retail_year DESC, peak_id, level, effect DESC
-- chart: band x=place y=effect low=effect_low high=effect_high by=peak_id
-- column: level = What the row is about: store or chain
-- column: place = The store; `*` for the treated stores of the chain together
-- column: peak_role = treated, or control; stores are treated where peak_store_v1 says nothing of the peak
-- column: stores = Stores in the row; those with a flag of their own are not in the chain's
-- column: controls = Control stores that the effect is compared with
-- column: days_before = Days before that count: open, and watched for 80 % or more
-- column: days_during = Days of the peak that count
-- column: days_after = Days after that count
-- column: visitors_per_day_before = Mean visitors of the days before
-- column: visitors_per_day_during = Mean visitors of the days of the peak
-- column: visitors_per_day_after = Mean visitors of the days after
-- column: change_during = Visitors during the peak / visitors of the same weekdays before - 1
-- column: change_after = Visitors after the peak / visitors of the same weekdays before - 1
-- column: control_change_during = change_during of the control stores, as a geometric mean
-- column: control_change_after = change_after of the control stores, as a geometric mean
-- column: effect = (1 + change_during) / (1 + control_change_during) - 1: what the peak did
-- column: effect_low = Lower 95 % limit of the effect
-- column: effect_high = Upper 95 % limit of the effect
-- column: effect_after = The same of the days after: below 0 where visits were only brought forward
-- column: effect_after_low = Lower 95 % limit of effect_after
-- column: effect_after_high = Upper 95 % limit of effect_after
-- column: trend_gap = Change from the first half of the days before to the second, over that of the controls, - 1
-- column: coverage = Share of the open hours of the peak that was watched
-- column: baseline_coverage = Share of the open hours before that was watched
-- column: is_comparable = The effect tells of the peak: there is no flag
-- column: is_suppressed = Figures of too few people are not shown
-- column: flag = Why the effect must be taken with care: few days (of a week before or of the peak), moved camera, level shift, unequal coverage, no controls (fewer than 2: no effect), trends differ (already before the peak)
-- Effect: difference in differences of the logarithms (Angrist & Pischke 2009, Mostly Harmless Econometrics, 5.2),
-- stores as units. Limits for several treated stores: Welch 1947, with Satterthwaite's degrees of freedom. For a single
-- one: limits of what a further control would have shown, s * sqrt(1 + 1 / n), n - 1 degrees of freedom. Student's t:
-- Abramowitz & Stegun 26.7.5; below 3 degrees of freedom, where that is coarse, the exact one of the next whole number.
-- Trends differ where the limits of trend_gap, found in the same way, leave out 0.
WITH
-- One row for each store and what is measured of it, as a logarithm.
measured AS (
  SELECT
    change.*, measure.measure,
    CASE measure.measure
      WHEN 'during' THEN log_change_during WHEN 'after' THEN log_change_after ELSE log_trend
    END AS log_change
  FROM peak_store_change AS change
  CROSS JOIN (VALUES ('during'), ('after'), ('trend')) AS measure (measure)
),
controlled AS (
  SELECT
    *,
    count(CASE WHEN peak_role = 'control' AND flag IS NULL THEN log_change END) OVER one_measure AS controls,
    avg(CASE WHEN peak_role = 'control' AND flag IS NULL THEN log_change END) OVER one_measure AS control_change,
    var_samp(CASE WHEN peak_role = 'control' AND flag IS NULL THEN log_change END) OVER one_measure AS control_variance
  FROM measured
  WINDOW one_measure AS (PARTITION BY peak_id, measure)
),
place_measured AS (
  SELECT
    peak_id, measure, level.level, CASE level.level WHEN 'store' THEN store_id ELSE '*' END AS place,
    max(peak_role) AS peak_role, max(CASE level.level WHEN 'store' THEN flag END) AS flag,
    CAST(sum(days_before) AS BIGINT) AS days_before, CAST(sum(days_during) AS BIGINT) AS days_during,
    CAST(sum(days_after) AS BIGINT) AS days_after,
    sum(visitors_before) AS visitors_before, sum(visitors_during) AS visitors_during,
    sum(visitors_after) AS visitors_after,
    avg(coverage) AS coverage, avg(baseline_coverage) AS baseline_coverage,
    count(log_change) AS stores, avg(log_change) AS log_change,
    max(controls) AS controls, max(control_change) AS control_change,
    max(control_variance) / CAST(NULLIF(max(controls), 0) AS DOUBLE) AS control_square,
    CASE
      WHEN count(log_change) > 1 THEN var_samp(log_change) / CAST(count(log_change) AS DOUBLE)
      ELSE max(control_variance)
    END AS place_square
  FROM controlled
  CROSS JOIN (VALUES ('store'), ('chain')) AS level (level)
  WHERE level.level = 'store' OR peak_role = 'treated' AND flag IS NULL
  GROUP BY peak_id, measure, level.level, CASE level.level WHEN 'store' THEN store_id ELSE '*' END
),
freed AS (
  SELECT
    *,
    CASE WHEN peak_role = 'treated' AND controls >= 2 THEN log_change - control_change END AS log_effect,
    CASE
      WHEN stores > 1 THEN (place_square + control_square) * (place_square + control_square) / NULLIF(
        place_square * place_square / CAST(stores - 1 AS DOUBLE)
          + control_square * control_square / CAST(NULLIF(controls - 1, 0) AS DOUBLE),
        0e0
      )
      ELSE CAST(NULLIF(controls - 1, 0) AS DOUBLE)
    END AS freedom
  FROM place_measured
),
limited AS (
  SELECT
    *,
    sqrt(place_square + control_square) * CASE
      WHEN freedom < 2e0 THEN 12.706204736432e0
      WHEN freedom < 3e0 THEN 4.302652729911e0
      ELSE 1.959963984540054e0 + 2.372271230298562e0 / freedom + 2.822498615739611e0 / (freedom * freedom)
        + 2.555849679507722e0 / (freedom * freedom * freedom)
        + 1.589534053393823e0 / (freedom * freedom * freedom * freedom)
    END AS margin
  FROM freed
),
place AS (
  SELECT
    peak_id, level, place, peak_role, flag, days_before, days_during, days_after,
    visitors_before, visitors_during, visitors_after,
    max(coverage) AS coverage, max(baseline_coverage) AS baseline_coverage,
    max(stores) AS stores, max(controls) AS controls,
    max(CASE WHEN measure = 'during' THEN log_change END) AS log_during,
    max(CASE WHEN measure = 'during' THEN control_change END) AS control_during,
    max(CASE WHEN measure = 'during' THEN log_effect END) AS log_effect,
    max(CASE WHEN measure = 'during' THEN margin END) AS margin,
    max(CASE WHEN measure = 'after' THEN log_change END) AS log_after,
    max(CASE WHEN measure = 'after' THEN control_change END) AS control_after,
    max(CASE WHEN measure = 'after' THEN log_effect END) AS log_effect_after,
    max(CASE WHEN measure = 'after' THEN margin END) AS margin_after,
    max(CASE WHEN measure = 'trend' THEN log_effect END) AS log_trend,
    max(CASE WHEN measure = 'trend' THEN margin END) AS margin_trend
  FROM limited
  GROUP BY
    peak_id, level, place, peak_role, flag, days_before, days_during, days_after,
    visitors_before, visitors_during, visitors_after
),
judged AS (
  SELECT
    peak_v1.peak_name, peak_v1.retail_year, place.*,
    COALESCE(place.flag, CASE
      WHEN place.peak_role = 'treated' AND place.controls < 2 THEN 'no controls'
      WHEN abs(place.log_trend) > place.margin_trend THEN 'trends differ'
    END) AS final_flag,
    COALESCE(visitors_before > 0e0 AND visitors_before < CAST(${smallest_cell} AS DOUBLE), FALSE)
      OR COALESCE(visitors_during > 0e0 AND visitors_during < CAST(${smallest_cell} AS DOUBLE), FALSE)
      OR COALESCE(visitors_after > 0e0 AND visitors_after < CAST(${smallest_cell} AS DOUBLE), FALSE) AS is_suppressed
  FROM place
  INNER JOIN peak_v1 ON peak_v1.peak_id = place.peak_id
)
SELECT
  peak_id, peak_name, retail_year, level, place, peak_role, stores, controls, days_before, days_during, days_after,
  CASE WHEN NOT is_suppressed THEN visitors_before / NULLIF(CAST(days_before AS DOUBLE), 0e0) END
    AS visitors_per_day_before,
  CASE WHEN NOT is_suppressed THEN visitors_during / NULLIF(CAST(days_during AS DOUBLE), 0e0) END
    AS visitors_per_day_during,
  CASE WHEN NOT is_suppressed THEN visitors_after / NULLIF(CAST(days_after AS DOUBLE), 0e0) END
    AS visitors_per_day_after,
  CASE WHEN NOT is_suppressed THEN exp(log_during) - 1e0 END AS change_during,
  CASE WHEN NOT is_suppressed THEN exp(log_after) - 1e0 END AS change_after,
  exp(control_during) - 1e0 AS control_change_during, exp(control_after) - 1e0 AS control_change_after,
  CASE WHEN NOT is_suppressed THEN exp(log_effect) - 1e0 END AS effect,
  CASE WHEN NOT is_suppressed THEN exp(log_effect - margin) - 1e0 END AS effect_low,
  CASE WHEN NOT is_suppressed THEN exp(log_effect + margin) - 1e0 END AS effect_high,
  CASE WHEN NOT is_suppressed THEN exp(log_effect_after) - 1e0 END AS effect_after,
  CASE WHEN NOT is_suppressed THEN exp(log_effect_after - margin_after) - 1e0 END AS effect_after_low,
  CASE WHEN NOT is_suppressed THEN exp(log_effect_after + margin_after) - 1e0 END AS effect_after_high,
  CASE WHEN NOT is_suppressed THEN exp(log_trend) - 1e0 END AS trend_gap,
  coverage, baseline_coverage, final_flag IS NULL AS is_comparable, is_suppressed, final_flag AS flag
FROM judged
