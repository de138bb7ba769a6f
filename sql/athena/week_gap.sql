-- question: How did each week's visitors differ from the same week of other years, and from the chain's course?
-- grain: one week of one series (a line, or all lines of a store) and one reference
-- reads: line_trading_day, store_trading_day, calendar_v1
-- margin: 36500 days
-- order: store_id, line_id, week_number, preference
-- column: line_id = Line; `*` for all lines of the store together
-- column: week_number = Days from Sunday 2000-01-02 to the week's Sunday: a multiple of 7
-- column: preference = Reference: 1 the year before, 2 the year after, 3 two years before, 4 two years after, 5 the chain
-- column: gap = Log of the week's level over the reference's: 0.1 is about 10 % more
-- What level_shift builds on. A week's level is the median over its days (4 at least, watched for 80 % of the open
-- hours) of the log of the visitors, less what the weekday usually has above or below the mean. Years are compared by
-- the retail week. The chain's course is the median over the stores of what the week has above or below the store's
-- own mean, where five stores have that week. Stores with one line have no series of the line.
WITH
line_day AS (
  SELECT
    store_id, line_id, business_date, coverage, CAST(visitors AS DOUBLE) AS visitors,
    min(line_id) OVER (PARTITION BY store_id) <> max(line_id) OVER (PARTITION BY store_id) AS is_of_several
  FROM line_trading_day
),
watched AS (
  SELECT store_id, '*' AS line_id, business_date, CAST(visitors AS DOUBLE) AS visitors
  FROM store_trading_day
  WHERE is_open AND coverage >= 0.8e0 AND visitors > 0
  UNION ALL
  SELECT store_id, line_id, business_date, visitors
  FROM line_day
  WHERE is_of_several AND coverage >= 0.8e0 AND visitors > 0e0
),
-- The weekday's usual deviation is the same on both sides of a shift, so that the whole history tells it.
adjusted AS (
  SELECT
    watched.store_id, watched.line_id, watched.business_date, calendar.retail_year, calendar.retail_week,
    date_diff('day', DATE '2000-01-02', watched.business_date) - calendar.iso_weekday % 7 AS week_number,
    ln(watched.visitors)
      - avg(ln(watched.visitors)) OVER (PARTITION BY watched.store_id, watched.line_id, calendar.iso_weekday)
      + avg(ln(watched.visitors)) OVER (PARTITION BY watched.store_id, watched.line_id) AS level
  FROM watched
  INNER JOIN calendar_v1 AS calendar ON calendar.calendar_date = watched.business_date
),
ranked_day AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY store_id, line_id, week_number ORDER BY level) AS day_rank,
    count(*) OVER (PARTITION BY store_id, line_id, week_number) AS days
  FROM adjusted
),
week AS (
  SELECT
    store_id, line_id, week_number, retail_year, retail_week,
    avg(level) FILTER (WHERE 2 * day_rank BETWEEN days AND days + 2) AS level
  FROM ranked_day
  WHERE days >= 4
  GROUP BY store_id, line_id, week_number, retail_year, retail_week
),
-- What the weeks of all stores usually have above or below each store's own mean is the course of the chain.
centred_week AS (
  SELECT
    *,
    line_id = '*' AS is_store,
    level - avg(level) OVER (PARTITION BY store_id, line_id) AS centred
  FROM week
),
ranked_week AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY week_number, is_store ORDER BY centred) AS store_rank,
    count(CASE WHEN is_store THEN 1 END) OVER (PARTITION BY week_number) AS stores,
    lag(level) OVER same_week AS level_before, lag(retail_year) OVER same_week AS year_before,
    lag(level, 2) OVER same_week AS level_two_before, lag(retail_year, 2) OVER same_week AS year_two_before,
    lead(level) OVER same_week AS level_after, lead(retail_year) OVER same_week AS year_after,
    lead(level, 2) OVER same_week AS level_two_after, lead(retail_year, 2) OVER same_week AS year_two_after
  FROM centred_week
  WINDOW same_week AS (PARTITION BY store_id, line_id, retail_week ORDER BY retail_year)
),
course AS (
  SELECT
    *,
    CASE WHEN stores >= 5 THEN avg(CASE WHEN is_store AND 2 * store_rank BETWEEN stores AND stores + 2 THEN centred END)
      OVER (PARTITION BY week_number) END AS chain_level
  FROM ranked_week
),
gap AS (
  SELECT
    store_id, line_id, week_number, preference,
    CASE preference
      WHEN 1 THEN CASE WHEN year_before = retail_year - 1 THEN level - level_before END
      WHEN 2 THEN CASE WHEN year_after = retail_year + 1 THEN level - level_after END
      WHEN 3 THEN CASE retail_year - 2
        WHEN year_before THEN level - level_before
        WHEN year_two_before THEN level - level_two_before
      END
      WHEN 4 THEN CASE retail_year + 2
        WHEN year_after THEN level - level_after
        WHEN year_two_after THEN level - level_two_after
      END
      ELSE level - chain_level
    END AS gap
  FROM course
  CROSS JOIN (VALUES (1), (2), (3), (4), (5)) AS kind (preference)
)
SELECT store_id, line_id, week_number, preference, gap
FROM gap
WHERE gap IS NOT NULL
