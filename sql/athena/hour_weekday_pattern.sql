-- question: At which hours of which weekdays do visitors come to each store?
-- grain: one period, store, weekday and hour of the day
-- reads: period_v1, coverage_hour, traffic_local_hour_v1
-- order: store_id, iso_weekday, hour_of_day
-- chart: heat x=hour_of_day y=iso_weekday by=visitors_per_hour
-- column: visitors_per_hour = Customers who came in per watched hour; null when not watched
-- column: hour_index = visitors_per_hour over that of all open hours of the store and period: 1 is the mean
-- column: days = Open days on which the hour was watched
-- column: days_open = Days on which the store was open in that hour
-- column: coverage = Share of these open hours in which the doors were watched
-- column: is_suppressed = Figures are left out, as they count so few that they could tell of a person
-- Visitors over hours watched: a missing hour is in neither, one that was watched by half counts as half, and so does
-- one in which the store opens at half past. The store's mean holds every hour, those with too few to be shown too.
WITH
crossing AS (
  SELECT store_id, business_date, window_start, CAST(sum(in_count) AS BIGINT) AS visitors
  FROM traffic_local_hour_v1
  GROUP BY store_id, business_date, window_start
),
cell_day AS (
  SELECT
    watched.store_id, watched.business_date, watched.iso_weekday, watched.hour_of_day,
    CAST(sum(crossing.visitors) FILTER (WHERE watched.coverage > 0e0) AS BIGINT) AS visitors,
    sum(watched.open_share) AS hours_open,
    sum(watched.open_share * watched.coverage) AS hours_watched
  FROM coverage_hour AS watched
  LEFT JOIN crossing
    ON crossing.store_id = watched.store_id
    AND crossing.business_date = watched.business_date
    AND crossing.window_start = watched.window_start
  WHERE watched.kind = 'traffic'
  GROUP BY watched.store_id, watched.business_date, watched.iso_weekday, watched.hour_of_day
),
cell AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, cell_day.store_id, cell_day.iso_weekday, cell_day.hour_of_day,
    CAST(sum(cell_day.visitors) AS BIGINT) AS visitors,
    sum(cell_day.hours_open) AS hours_open,
    sum(cell_day.hours_watched) AS hours_watched,
    count(*) FILTER (WHERE cell_day.hours_watched > 0e0) AS days,
    count(*) AS days_open
  FROM period_v1
  INNER JOIN cell_day ON cell_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY
    period_v1.period_id, period_v1.period_kind, cell_day.store_id, cell_day.iso_weekday, cell_day.hour_of_day
),
measured AS (
  SELECT
    cell.*,
    CAST(visitors AS DOUBLE) / NULLIF(hours_watched, 0e0) AS visitors_per_hour,
    CAST(sum(visitors) OVER (PARTITION BY period_id, store_id) AS DOUBLE)
      / NULLIF(sum(hours_watched) OVER (PARTITION BY period_id, store_id), 0e0) AS mean_per_hour,
    COALESCE(visitors = 0 OR visitors >= ${smallest_cell}, TRUE) AS is_shown
  FROM cell
)
SELECT
  period_id, period_kind, store_id, iso_weekday, hour_of_day,
  CASE WHEN is_shown THEN visitors_per_hour END AS visitors_per_hour,
  CASE WHEN is_shown THEN visitors_per_hour / NULLIF(mean_per_hour, 0e0) END AS hour_index,
  days, days_open,
  round(hours_watched / hours_open, 6) AS coverage,
  NOT is_shown AS is_suppressed
FROM measured
