-- check: A day and the one it is compared with are a year apart, and no day is compared with twice.
-- level: fail
-- reads: store_day_v1
WITH
pairs AS (
  SELECT
    store_id, business_date, comparable_date,
    date_diff('day', comparable_date, business_date) AS days_apart,
    count(*) OVER (PARTITION BY store_id, comparable_date) AS times_used
  FROM store_day_v1
  WHERE comparable_date IS NOT NULL
)
SELECT store_id, business_date, comparable_date, days_apart, times_used
FROM pairs
WHERE days_apart < 325 OR days_apart > 405 OR times_used > 1
