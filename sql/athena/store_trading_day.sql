-- question: How many visitors came to each store on each day, how well was it watched, and what kind of day was it?
-- grain: one store and date
-- reads: line_trading_day, store_day_v1, store_v1, calendar_v1
-- margin: 28 days
-- order: business_date DESC, store_id
-- chart: line x=business_date y=visitors by=store_id
-- column: visitors = Customers who came in over all lines; null when no line has a row
-- column: visitors_per_open_hour = visitors / open_hours; null when closed
-- column: lines = Lines that should have been watched on that day
-- column: hours_seen = Open hours that were watched, as a mean over the lines
-- column: coverage = Share of the open hours that was watched, as a mean over the lines; null when closed
-- What views of seasons build on. Days come from store_day_v1, so that a day without a row is there too, with nothing
-- seen. As in coverage_hour, a line is expected from a day with a row of it until 28 days later: one that falls silent
-- is missed for that long, and is then taken as gone. Visitors are not scaled up by the coverage, and days of few are
-- shown: share no rows of it outside the store.
WITH
line_day AS (
  SELECT store_id, line_id, business_date, visitors, hours_seen FROM line_trading_day
),
stepped AS (
  SELECT
    store_id, line_id, business_date,
    CASE
      WHEN date_diff('day', lag(business_date) OVER one_line, business_date) > 28 THEN 1
      ELSE 0
    END AS returns
  FROM line_day
  WINDOW one_line AS (PARTITION BY store_id, line_id ORDER BY business_date)
),
spell_day AS (
  SELECT
    *,
    sum(returns) OVER (
      PARTITION BY store_id, line_id ORDER BY business_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS spell
  FROM stepped
),
line_life AS (
  SELECT store_id, line_id, min(business_date) AS first_date, date_add('day', 28, max(business_date)) AS last_date
  FROM spell_day
  GROUP BY store_id, line_id, spell
),
expected AS (
  SELECT trading.store_id, trading.business_date, count(*) AS lines
  FROM store_day_v1 AS trading
  INNER JOIN line_life
    ON line_life.store_id = trading.store_id
    AND trading.business_date BETWEEN line_life.first_date AND line_life.last_date
  GROUP BY trading.store_id, trading.business_date
),
seen AS (
  SELECT store_id, business_date, CAST(sum(visitors) AS BIGINT) AS visitors, sum(hours_seen) AS line_hours_seen
  FROM line_day
  GROUP BY store_id, business_date
)
SELECT
  trading.store_id, trading.business_date, store.region, store.country, store.location_kind, store.sales_area_m2,
  trading.is_open, trading.open_hours, trading.public_holiday, trading.school_holiday, trading.comparable_date,
  seen.visitors,
  CASE WHEN trading.is_open THEN CAST(seen.visitors AS DOUBLE) / NULLIF(trading.open_hours, 0e0) END
    AS visitors_per_open_hour,
  COALESCE(expected.lines, 0) AS lines,
  COALESCE(seen.line_hours_seen / CAST(expected.lines AS DOUBLE), 0e0) AS hours_seen,
  -- Rounded, so that every engine sees the same sum on the same side of a limit.
  CASE
    WHEN trading.is_open AND trading.open_hours > 0e0
      THEN round(COALESCE(seen.line_hours_seen / (CAST(expected.lines AS DOUBLE) * trading.open_hours), 0e0), 6)
  END AS coverage,
  calendar.year, calendar.quarter, calendar.month, calendar.iso_year, calendar.iso_week, calendar.iso_weekday,
  calendar.retail_year, calendar.retail_season, calendar.retail_quarter, calendar.retail_month, calendar.retail_week
FROM store_day_v1 AS trading
LEFT JOIN store_v1 AS store ON store.store_id = trading.store_id
LEFT JOIN calendar_v1 AS calendar ON calendar.calendar_date = trading.business_date
LEFT JOIN seen ON seen.store_id = trading.store_id AND seen.business_date = trading.business_date
LEFT JOIN expected ON expected.store_id = trading.store_id AND expected.business_date = trading.business_date
