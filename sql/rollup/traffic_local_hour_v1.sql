-- question: How many people crossed each line, by the hour on the store's own clock, and how well was it watched?
-- grain: one line and local hour
-- reads: traffic_minute_v1, zone_minute_v1, local_minute
-- quality: coverage, camera_up_share, late_share
-- A minute without a crossing has no row: whether somebody watched then is known from the store's zones, whose mean
-- stands for the line. So an hour that was watched and in which nobody crossed has a row of zeros, for every line that
-- somebody crossed on that date; an hour without a row was not watched. Where two devices count one line, each
-- tells of its part: counts add up, and the mean of their coverage is the line's.
WITH
line_minute AS (
  SELECT
    store_id, line_id, window_start AS minute_start,
    CAST(sum(in_count) AS BIGINT) AS in_count,
    CAST(sum(out_count) AS BIGINT) AS out_count,
    CAST(sum(staff_in_count) AS BIGINT) AS staff_in_count,
    CAST(sum(staff_out_count) AS BIGINT) AS staff_out_count,
    avg(coverage) AS coverage,
    avg(camera_up_share) AS camera_up_share,
    avg(late_share) AS late_share
  FROM traffic_minute_v1
  GROUP BY store_id, line_id, window_start
),
store_minute AS (
  SELECT
    store_id, window_start AS minute_start,
    avg(coverage) AS coverage,
    avg(camera_up_share) AS camera_up_share,
    avg(late_share) AS late_share
  FROM zone_minute_v1
  GROUP BY store_id, window_start
),
line_day AS (
  SELECT DISTINCT line_minute.store_id, line_id, business_date
  FROM line_minute
  JOIN local_minute
    ON line_minute.store_id = local_minute.store_id AND line_minute.minute_start = local_minute.minute_start
),
seen AS (
  SELECT
    line_day.store_id, line_day.line_id, local_minute.business_date, hour_of_day, window_start, window_end, hour_minutes,
    COALESCE(in_count, 0) AS in_count,
    COALESCE(out_count, 0) AS out_count,
    COALESCE(staff_in_count, 0) AS staff_in_count,
    COALESCE(staff_out_count, 0) AS staff_out_count,
    COALESCE(line_minute.coverage, store_minute.coverage, 0e0) AS coverage,
    COALESCE(line_minute.camera_up_share, store_minute.camera_up_share) AS camera_up_share,
    COALESCE(line_minute.late_share, store_minute.late_share) AS late_share,
    CASE WHEN line_minute.store_id IS NOT NULL THEN 1 ELSE 0 END AS crossed_minutes
  FROM line_day
  JOIN local_minute
    ON line_day.store_id = local_minute.store_id AND line_day.business_date = local_minute.business_date
  LEFT JOIN line_minute
    ON line_day.store_id = line_minute.store_id
    AND line_day.line_id = line_minute.line_id
    AND local_minute.minute_start = line_minute.minute_start
  LEFT JOIN store_minute
    ON line_day.store_id = store_minute.store_id AND local_minute.minute_start = store_minute.minute_start
),
measured AS (
  SELECT
    store_id, line_id, business_date, hour_of_day, window_start, window_end,
    CAST(sum(in_count) AS BIGINT) AS in_count,
    CAST(sum(out_count) AS BIGINT) AS out_count,
    CAST(sum(staff_in_count) AS BIGINT) AS staff_in_count,
    CAST(sum(staff_out_count) AS BIGINT) AS staff_out_count,
    sum(coverage) / hour_minutes AS coverage,
    avg(camera_up_share) AS camera_up_share,
    COALESCE(
      sum(late_share * coverage) / NULLIF(sum(coverage) FILTER (WHERE late_share IS NOT NULL), 0), avg(late_share)
    ) AS late_share
  FROM seen
  GROUP BY store_id, line_id, business_date, hour_of_day, window_start, window_end, hour_minutes
  HAVING sum(coverage) > 0 OR sum(crossed_minutes) > 0
)
SELECT
  store_id, line_id, business_date, hour_of_day, window_start, window_end,
  in_count, out_count, staff_in_count, staff_out_count,
  coverage, camera_up_share, late_share,
  ${quality} AS quality,
  'minutes' AS source
FROM measured
