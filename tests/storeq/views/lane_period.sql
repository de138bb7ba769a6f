-- question: How many were served at each lane, and how many a year before?
-- grain: one period and lane
-- reads: lane_day, period_v1
-- chart: bar x=lane_id y=served
-- column: served = Journeys that were served
-- column: baseline_served = Journeys that were served a year before
SELECT
  period.period_id, lane_day.store_id, lane_day.lane_id,
  CAST(sum(lane_day.served) FILTER (
    WHERE lane_day.business_date BETWEEN period.start_date AND period.end_date
  ) AS BIGINT) AS served,
  CAST(sum(lane_day.served) FILTER (
    WHERE lane_day.business_date BETWEEN period.baseline_start_date AND period.baseline_end_date
  ) AS BIGINT) AS baseline_served
FROM lane_day
CROSS JOIN period_v1 AS period
GROUP BY period.period_id, lane_day.store_id, lane_day.lane_id
