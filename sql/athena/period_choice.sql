-- question: Which periods are over and have data, so that one can be chosen, and which is the latest of its kind?
-- grain: one period
-- reads: period_v1, traffic_local_hour_v1
-- order: period_kind, start_date DESC
-- column: is_latest = The period is the one of its kind that ended last
-- A period is over when its last day is not after the latest date on which a store counted visitors; it has data when
-- some store counted on one of its days.
WITH
counted_day AS (
  SELECT business_date FROM traffic_local_hour_v1 GROUP BY business_date
),
latest AS (
  SELECT max(business_date) AS last_date FROM counted_day
),
filled AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, period_v1.start_date, period_v1.end_date,
    period_v1.baseline_start_date, period_v1.baseline_end_date
  FROM period_v1
  CROSS JOIN latest
  INNER JOIN counted_day ON counted_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WHERE period_v1.end_date <= latest.last_date
  GROUP BY
    period_v1.period_id, period_v1.period_kind, period_v1.start_date, period_v1.end_date,
    period_v1.baseline_start_date, period_v1.baseline_end_date
)
SELECT
  period_id, period_kind, start_date, end_date, baseline_start_date, baseline_end_date,
  row_number() OVER (PARTITION BY period_kind ORDER BY end_date DESC, start_date DESC, period_id) = 1 AS is_latest
FROM filled
