WITH
lane_local_hour_v1 AS (
SELECT
  "store_id",
  "lane_id",
  "business_date",
  "served"
FROM "awsdatacatalog"."store_traffic"."lane_local_hour_v1"
WHERE
  (
    "business_date" BETWEEN CAST('2025-10-16' AS DATE) AND CAST('2026-02-08' AS DATE)
    OR "business_date" BETWEEN CAST('2026-11-26' AS DATE) AND CAST('2026-12-27' AS DATE)
  )
  AND "store_id" IN ('store-001', 'store-002')
  AND "store_id" IN (
    SELECT
      "store_id"
    FROM "awsdatacatalog"."store_traffic"."store_v1"
    WHERE
      "region" = 'north'
  )
),
period_v1 AS (
SELECT
  '2026-11-29/2026-12-24' AS period_id,
  'asked' AS period_kind,
  CAST('2026-11-29' AS DATE) AS start_date,
  CAST('2026-12-24' AS DATE) AS end_date,
  CAST('2025-11-30' AS DATE) AS baseline_start_date,
  CAST('2025-12-25' AS DATE) AS baseline_end_date
),
lane_day AS (
  SELECT store_id, lane_id, business_date, CAST(sum(served) AS BIGINT) AS served
  FROM lane_local_hour_v1
  GROUP BY store_id, lane_id, business_date
),
lane_period AS (
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
)
SELECT
  *
FROM lane_period
ORDER BY
  "period_id" ASC,
  "store_id" ASC,
  "lane_id" ASC
LIMIT 10
