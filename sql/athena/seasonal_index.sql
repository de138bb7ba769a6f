-- question: How do weekdays, months and hours of the day compare with each store's mean, year by year and in all?
-- grain: one store, year (or all years together), kind of index and its position
-- reads: store_trading_day, traffic_local_hour_v1
-- margin: 36500 days
-- order: store_id, year DESC, index_kind, position
-- chart: line x=position y=index_value by=year
-- column: year = Calendar year; null: all years together
-- column: index_kind = weekday, month or hour
-- column: position = Weekday (1 = Monday to 7), month (1 to 12), or hour of the day (0 to 23)
-- column: index_value = Mean visitors of its days / mean visitors of all days that count; of an hour, over the mean hour
-- column: is_highest = The highest of its kind: the peak weekday, month or hour; the earliest of equal ones
-- column: days = Days that count: open, and watched for 95 % or more
-- column: visitors_per_day = Mean visitors of these days; of an hour, in that hour
-- column: coverage = Share of the open days that count
-- column: is_suppressed = Figures of too few people are not shown
-- column: flag = part of a year (a month without a day that counts), or few days (under half of the open days count); null when fine
-- A ratio to the mean, as simple as it is common: a store that grew over the years has the later ones weigh more in all
-- years together. For a mean week and year, days that count only in part are left out, not scaled up.
WITH
day AS (
  SELECT
    store_id, business_date, year, month, iso_weekday, CAST(visitors AS DOUBLE) AS visitors,
    coverage >= 0.95e0 AS is_full
  FROM store_trading_day
  WHERE is_open
),
hour AS (
  SELECT
    day.store_id, day.business_date, day.year, crossing.hour_of_day,
    CAST(sum(crossing.in_count) AS DOUBLE) AS visitors
  FROM traffic_local_hour_v1 AS crossing
  INNER JOIN day ON day.store_id = crossing.store_id AND day.business_date = crossing.business_date AND day.is_full
  GROUP BY day.store_id, day.business_date, day.year, crossing.hour_of_day
),
span AS (
  SELECT store_id, span.is_all, CASE WHEN NOT span.is_all THEN year END AS year,
    count(CASE WHEN is_full THEN 1 END) AS full_days, count(*) AS open_days,
    sum(CASE WHEN is_full THEN visitors END) AS visitors,
    count(DISTINCT CASE WHEN is_full THEN month END) AS months
  FROM day
  CROSS JOIN (VALUES (FALSE), (TRUE)) AS span (is_all)
  GROUP BY store_id, span.is_all, CASE WHEN NOT span.is_all THEN year END
),
day_cell AS (
  SELECT
    store_id, span.is_all, CASE WHEN NOT span.is_all THEN year END AS year, kind.index_kind,
    CASE kind.index_kind WHEN 'weekday' THEN iso_weekday ELSE month END AS position,
    count(CASE WHEN is_full THEN 1 END) AS days, count(*) AS open_days,
    sum(CASE WHEN is_full THEN visitors END) AS visitors
  FROM day
  CROSS JOIN (VALUES (FALSE), (TRUE)) AS span (is_all)
  CROSS JOIN (VALUES ('weekday'), ('month')) AS kind (index_kind)
  GROUP BY
    store_id, span.is_all, CASE WHEN NOT span.is_all THEN year END, kind.index_kind,
    CASE kind.index_kind WHEN 'weekday' THEN iso_weekday ELSE month END
),
hour_cell AS (
  SELECT
    store_id, span.is_all, CASE WHEN NOT span.is_all THEN year END AS year, hour_of_day AS position,
    count(*) AS hour_days, sum(visitors) AS visitors
  FROM hour
  CROSS JOIN (VALUES (FALSE), (TRUE)) AS span (is_all)
  GROUP BY store_id, span.is_all, CASE WHEN NOT span.is_all THEN year END, hour_of_day
),
cell AS (
  SELECT
    day_cell.store_id, day_cell.is_all, day_cell.year, day_cell.index_kind, day_cell.position,
    day_cell.days, day_cell.open_days, day_cell.visitors,
    day_cell.visitors / NULLIF(CAST(day_cell.days AS DOUBLE), 0e0) AS mean_visitors,
    span.visitors / NULLIF(CAST(span.full_days AS DOUBLE), 0e0) AS overall_visitors, span.months
  FROM day_cell
  INNER JOIN span
    ON span.store_id = day_cell.store_id AND span.is_all = day_cell.is_all
    AND COALESCE(span.year, 0) = COALESCE(day_cell.year, 0)
  UNION ALL
  SELECT
    hour_cell.store_id, hour_cell.is_all, hour_cell.year, 'hour', hour_cell.position,
    hour_cell.hour_days, span.open_days, hour_cell.visitors,
    hour_cell.visitors / CAST(hour_cell.hour_days AS DOUBLE),
    sum(hour_cell.visitors) OVER hours / CAST(sum(hour_cell.hour_days) OVER hours AS DOUBLE), span.months
  FROM hour_cell
  INNER JOIN span
    ON span.store_id = hour_cell.store_id AND span.is_all = hour_cell.is_all
    AND COALESCE(span.year, 0) = COALESCE(hour_cell.year, 0)
  WINDOW hours AS (PARTITION BY hour_cell.store_id, hour_cell.is_all, hour_cell.year)
),
judged AS (
  SELECT
    *,
    COALESCE(visitors > 0e0 AND visitors < CAST(${smallest_cell} AS DOUBLE), FALSE) AS is_suppressed,
    row_number() OVER (
      PARTITION BY store_id, is_all, year, index_kind ORDER BY mean_visitors DESC NULLS LAST, position
    ) AS place
  FROM cell
)
SELECT
  store_id, year, index_kind, position,
  CASE WHEN NOT is_suppressed THEN mean_visitors / NULLIF(overall_visitors, 0e0) END AS index_value,
  place = 1 AND mean_visitors IS NOT NULL AS is_highest,
  days,
  CASE WHEN NOT is_suppressed THEN mean_visitors END AS visitors_per_day,
  CAST(days AS DOUBLE) / NULLIF(CAST(open_days AS DOUBLE), 0e0) AS coverage,
  is_suppressed,
  CASE
    WHEN months < 12 THEN 'part of a year'
    WHEN 2 * days < open_days THEN 'few days'
  END AS flag
FROM judged
