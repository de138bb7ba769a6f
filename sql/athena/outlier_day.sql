-- question: On which days did far more or fewer visitors come than weekday and season tell, and is a reason known?
-- grain: one store and day that stands out
-- reads: store_trading_day
-- margin: 36500 days
-- order: business_date DESC, store_id
-- chart: scatter x=business_date y=change by=reason
-- column: visitors = Customers who came in
-- column: expected_visitors = Median of the same weekday in the four weeks before and the four after
-- column: change = visitors / expected_visitors - 1
-- column: robust_z = Log of visitors / expected_visitors, less the store's median of it, in robust standard deviations
-- column: neighbours = Days that expected_visitors is from, 4 to 8
-- column: usual_open_hours = Mean open hours of these days and of the day itself
-- column: coverage = Share of the open hours that was watched
-- column: is_suppressed = Figures of too few people are not shown
-- column: reason = First that fits: poor coverage (below 0.80), shorter hours or longer hours (by half an hour), public holiday, beside a public holiday, school holiday, unexplained
-- A day stands out where |robust_z| > 3.5: the modified z score of Iglewicz & Hoaglin 1993, with 1.4826 times the median
-- absolute deviation of the store's days as the standard deviation. Only open days are looked at; of the neighbours only
-- those watched for 80 % or more count. A day on which nobody came counts as one visitor.
WITH
day AS (
  SELECT
    store_id, business_date, iso_weekday, visitors, coverage, open_hours, public_holiday, school_holiday,
    ln(CAST(greatest(visitors, 1) AS DOUBLE)) AS log_visitors,
    COALESCE(
      lag(public_holiday) OVER (PARTITION BY store_id ORDER BY business_date),
      lead(public_holiday) OVER (PARTITION BY store_id ORDER BY business_date)
    ) AS holiday_beside,
    is_open AND visitors IS NOT NULL AS is_counted,
    is_open AND visitors IS NOT NULL AND coverage >= 0.8e0 AS is_watched
  FROM store_trading_day
),
-- store_day_v1 has every date, so that the same weekday's rows before and after are a week apart.
surrounded AS (
  SELECT
    store_id, business_date, log_visitors, is_counted,
    lag(usual_log, 4) OVER same_weekday AS before_4, lag(usual_log, 3) OVER same_weekday AS before_3,
    lag(usual_log, 2) OVER same_weekday AS before_2, lag(usual_log) OVER same_weekday AS before_1,
    lead(usual_log) OVER same_weekday AS after_1, lead(usual_log, 2) OVER same_weekday AS after_2,
    lead(usual_log, 3) OVER same_weekday AS after_3, lead(usual_log, 4) OVER same_weekday AS after_4,
    avg(usual_hours) OVER (
      PARTITION BY store_id, iso_weekday ORDER BY business_date ROWS BETWEEN 4 PRECEDING AND 4 FOLLOWING
    ) AS usual_open_hours
  FROM (
    SELECT
      *,
      CASE WHEN is_watched THEN log_visitors END AS usual_log,
      CASE WHEN is_watched THEN open_hours END AS usual_hours
    FROM day
  ) AS watched
  WINDOW same_weekday AS (PARTITION BY store_id, iso_weekday ORDER BY business_date)
),
neighbour AS (
  SELECT
    store_id, business_date, log_visitors, usual_open_hours,
    CASE place.number
      WHEN 1 THEN before_4 WHEN 2 THEN before_3 WHEN 3 THEN before_2 WHEN 4 THEN before_1
      WHEN 5 THEN after_1 WHEN 6 THEN after_2 WHEN 7 THEN after_3 ELSE after_4
    END AS neighbour_log
  FROM surrounded
  CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8)) AS place (number)
  WHERE is_counted
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY store_id, business_date ORDER BY neighbour_log) AS neighbour_rank,
    count(*) OVER (PARTITION BY store_id, business_date) AS neighbours
  FROM neighbour
  WHERE neighbour_log IS NOT NULL
),
expected AS (
  SELECT
    store_id, business_date, log_visitors, usual_open_hours, neighbours,
    avg(neighbour_log) FILTER (WHERE 2 * neighbour_rank BETWEEN neighbours AND neighbours + 2) AS expected_log
  FROM ranked
  WHERE neighbours >= 4
  GROUP BY store_id, business_date, log_visitors, usual_open_hours, neighbours
),
deviation AS (
  SELECT
    *,
    log_visitors - expected_log AS deviation,
    row_number() OVER (PARTITION BY store_id ORDER BY log_visitors - expected_log) AS deviation_rank,
    count(*) OVER (PARTITION BY store_id) AS days
  FROM expected
),
centred AS (
  SELECT
    *,
    deviation - avg(CASE WHEN 2 * deviation_rank BETWEEN days AND days + 2 THEN deviation END)
      OVER (PARTITION BY store_id) AS centred
  FROM deviation
),
ranked_size AS (
  SELECT *, row_number() OVER (PARTITION BY store_id ORDER BY abs(centred)) AS size_rank
  FROM centred
),
scored AS (
  SELECT
    *,
    centred / NULLIF(1.4826e0 * avg(CASE WHEN 2 * size_rank BETWEEN days AND days + 2 THEN abs(centred) END)
      OVER (PARTITION BY store_id), 0e0) AS robust_z
  FROM ranked_size
),
outlier AS (
  SELECT
    day.*, scored.expected_log, scored.robust_z, scored.neighbours, scored.usual_open_hours,
    day.visitors BETWEEN 1 AND ${smallest_cell} - 1 AS is_suppressed
  FROM scored
  INNER JOIN day ON day.store_id = scored.store_id AND day.business_date = scored.business_date
  WHERE abs(scored.robust_z) > 3.5e0
)
SELECT
  store_id, business_date, iso_weekday,
  CASE WHEN NOT is_suppressed THEN visitors END AS visitors,
  exp(expected_log) AS expected_visitors,
  CASE WHEN NOT is_suppressed THEN CAST(visitors AS DOUBLE) / exp(expected_log) - 1e0 END AS change,
  CASE WHEN NOT is_suppressed THEN robust_z END AS robust_z,
  neighbours, open_hours, usual_open_hours, public_holiday, school_holiday, coverage, is_suppressed,
  CASE
    WHEN coverage < 0.8e0 THEN 'poor coverage'
    WHEN open_hours < usual_open_hours - 0.5e0 THEN 'shorter hours'
    WHEN open_hours > usual_open_hours + 0.5e0 THEN 'longer hours'
    WHEN public_holiday IS NOT NULL THEN 'public holiday'
    WHEN holiday_beside IS NOT NULL THEN 'beside a public holiday'
    WHEN school_holiday IS NOT NULL THEN 'school holiday'
    ELSE 'unexplained'
  END AS reason
FROM outlier
