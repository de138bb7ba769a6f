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
-- Each line's first row of a spell counts one line more from then on, its last one less 29 days later. So lines are
-- summed in the same pass as visitors: an engine that reads a view again wherever it is named reads the hours once.
WITH
spell_day AS (
  SELECT
    store_id, line_id, business_date, visitors, hours_seen,
    COALESCE(date_diff('day', lag(business_date) OVER one_line, business_date) > 28, TRUE) AS is_first,
    COALESCE(date_diff('day', business_date, lead(business_date) OVER one_line) > 28, TRUE) AS is_last
  FROM line_trading_day
  WINDOW one_line AS (PARTITION BY store_id, line_id ORDER BY business_date)
),
change AS (
  SELECT
    spell_day.store_id,
    CASE change.kind
      WHEN 'seen' THEN spell_day.business_date
      ELSE CAST(date_add('day', 29, spell_day.business_date) AS date)
    END AS business_date,
    CASE change.kind WHEN 'seen' THEN spell_day.visitors END AS visitors,
    CASE change.kind WHEN 'seen' THEN spell_day.hours_seen END AS line_hours_seen,
    CASE WHEN change.kind = 'gone' THEN -1 WHEN spell_day.is_first THEN 1 ELSE 0 END AS lines
  FROM spell_day
  CROSS JOIN (VALUES ('seen'), ('gone')) AS change (kind)
  WHERE change.kind = 'seen' OR spell_day.is_last
  UNION ALL
  SELECT store_id, business_date, NULL, NULL, 0
  FROM store_day_v1
),
changed_day AS (
  SELECT
    store_id, business_date,
    CAST(sum(visitors) AS BIGINT) AS visitors, sum(line_hours_seen) AS line_hours_seen, sum(lines) AS lines
  FROM change
  GROUP BY store_id, business_date
),
counted AS (
  SELECT
    store_id, business_date, visitors, line_hours_seen,
    CAST(sum(lines) OVER (
      PARTITION BY store_id ORDER BY business_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS lines
  FROM changed_day
)
SELECT
  trading.store_id, trading.business_date, store.region, store.country, store.location_kind, store.sales_area_m2,
  trading.is_open, trading.open_hours, trading.public_holiday, trading.school_holiday, trading.comparable_date,
  counted.visitors,
  CASE WHEN trading.is_open THEN CAST(counted.visitors AS DOUBLE) / NULLIF(trading.open_hours, 0e0) END
    AS visitors_per_open_hour,
  counted.lines,
  COALESCE(counted.line_hours_seen / CAST(NULLIF(counted.lines, 0) AS DOUBLE), 0e0) AS hours_seen,
  -- Rounded, so that every engine sees the same sum on the same side of a limit.
  CASE
    WHEN trading.is_open AND trading.open_hours > 0e0
      THEN round(
        COALESCE(counted.line_hours_seen / (CAST(NULLIF(counted.lines, 0) AS DOUBLE) * trading.open_hours), 0e0), 6
      )
  END AS coverage,
  calendar.year, calendar.quarter, calendar.month, calendar.iso_year, calendar.iso_week, calendar.iso_weekday,
  calendar.retail_year, calendar.retail_season, calendar.retail_quarter, calendar.retail_month, calendar.retail_week
FROM store_day_v1 AS trading
INNER JOIN counted ON counted.store_id = trading.store_id AND counted.business_date = trading.business_date
LEFT JOIN store_v1 AS store ON store.store_id = trading.store_id
LEFT JOIN calendar_v1 AS calendar ON calendar.calendar_date = trading.business_date
