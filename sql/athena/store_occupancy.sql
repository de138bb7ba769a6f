-- question: How many customers were in each store, by those who came in and those who went out?
-- grain: one store and minute in which somebody crossed a door
-- reads: traffic_minute_v1, store_v1
-- quality: coverage, camera_up_share, late_share
-- column: business_day = Date where the store is
-- column: occupancy = Customers in the store at the end of the minute: in less out since its midnight
-- A store that store_v1 does not describe has the days of UTC.
-- Counted anew from each midnight of the store, so that people missed at the door do not add up over days.
WITH
minutes AS (
  SELECT
    store_id, window_start, window_end,
    CAST(sum(in_count) AS BIGINT) AS in_count,
    CAST(sum(out_count) AS BIGINT) AS out_count,
    min(coverage) AS coverage,
    min(camera_up_share) AS camera_up_share,
    max(late_share) AS late_share
  FROM traffic_minute_v1
  GROUP BY store_id, window_start, window_end
),
dated AS (
  SELECT
    minutes.*,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_day
  FROM minutes
  LEFT JOIN store_v1 ON minutes.store_id = store_v1.store_id
)
SELECT
  store_id, business_day, window_start, window_end, in_count, out_count,
  CAST(sum(in_count - out_count) OVER (
    PARTITION BY store_id, business_day ORDER BY window_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS BIGINT) AS occupancy,
  coverage, camera_up_share, late_share, ${quality} AS quality
FROM dated
