-- question: How many visitors came to each store on each day, and how many on the day that it is compared with?
-- grain: one store and date
-- reads: store_trading_day
-- margin: 420 days
-- order: business_date DESC, store_id
-- chart: line x=business_date y=visitors by=store_id
-- column: week_start = Monday of the week
-- column: hours_open = Hours between opening and closing; 0 when closed
-- column: visitors = Customers who came in; null when no line has a row, or when they are too few to be shown
-- column: baseline_visitors = visitors on comparable_date
-- column: baseline_coverage = coverage on comparable_date
-- column: is_comparable = On both days 80 % or more of the open hours was watched, and the shares are within 0.10
-- column: compared_visitors = visitors where the days can be compared; null elsewhere
-- column: compared_baseline_visitors = baseline_visitors where the days can be compared; null elsewhere
-- column: is_suppressed = A figure of too few people is not shown
-- Sums of compared_visitors over stores and days, over those of compared_baseline_visitors, compare like with like.
-- Days are there from a store's first row until 28 days after its last one, and none after the latest row of any store:
-- a silent day is a gap, a day to come is not there.
WITH
-- A day is named once: an engine reads a view again wherever it is named.
trading AS (
  SELECT
    store_id, business_date, iso_weekday, is_open, open_hours, hours_seen, visitors, coverage, comparable_date,
    public_holiday, lines
  FROM store_trading_day
),
latest AS (
  SELECT max(business_date) AS last_date FROM trading WHERE visitors IS NOT NULL
),
paired AS (
  SELECT
    trading.*, earlier.visitors AS baseline_visitors, earlier.coverage AS baseline_coverage,
    COALESCE(trading.visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS is_small,
    COALESCE(earlier.visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS is_baseline_small,
    COALESCE(
      least(trading.coverage, earlier.coverage) >= 0.8e0
      -- Shares are rounded to six places: a difference of 0.10 stays within it.
      AND abs(trading.coverage - earlier.coverage) <= 0.1e0 + 1e-9
      AND trading.visitors IS NOT NULL AND earlier.visitors IS NOT NULL,
      FALSE
    ) AS is_comparable
  FROM trading
  CROSS JOIN latest
  LEFT JOIN trading AS earlier
    ON earlier.store_id = trading.store_id AND earlier.business_date = trading.comparable_date
  WHERE trading.business_date <= latest.last_date AND (trading.lines > 0 OR trading.visitors IS NOT NULL)
)
SELECT
  store_id, business_date,
  CAST(date_trunc('week', business_date) AS date) AS week_start,
  iso_weekday, open_hours AS hours_open, hours_seen,
  CASE WHEN NOT is_small THEN visitors END AS visitors,
  coverage, comparable_date,
  CASE WHEN NOT is_baseline_small THEN baseline_visitors END AS baseline_visitors,
  baseline_coverage, is_comparable,
  CASE WHEN is_comparable AND NOT (is_small OR is_baseline_small) THEN visitors END AS compared_visitors,
  CASE WHEN is_comparable AND NOT (is_small OR is_baseline_small) THEN baseline_visitors END
    AS compared_baseline_visitors,
  public_holiday, is_small OR is_baseline_small AS is_suppressed
FROM paired
