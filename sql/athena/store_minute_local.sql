-- question: How many customers came in and went out today, minute by minute, and how many are in each store?
-- grain: one store and minute of its latest day in which somebody crossed a door
-- reads: traffic_minute_v1, zone_minute_v1, store_v1
-- quality: coverage, camera_up_share, late_share
-- order: store_id, window_start
-- chart: line x=window_start y=occupancy by=store_id
-- column: business_date = Date where the store is
-- column: local_time = Start of the minute on the store's own clock
-- column: in_count = Customers who crossed inwards
-- column: out_count = Customers who crossed outwards
-- column: occupancy = Customers in the store at the end of the minute, since its midnight; never below zero
-- column: occupancy_now = occupancy of the latest minute; null for others
-- In less out, and whom the doors missed: when more went out than had come in, as many more must have been inside.
-- Only the latest hours of the lake are read; a quiet door tells nothing of a silent one, so that now may be a while ago:
-- local_time says when. A store that store_v1 does not describe has the clock of UTC.
WITH
minutes AS (
  SELECT
    store_id, window_start,
    CAST(sum(in_count) AS BIGINT) AS in_count,
    CAST(sum(out_count) AS BIGINT) AS out_count,
    min(coverage) AS coverage,
    min(camera_up_share) AS camera_up_share,
    max(late_share) AS late_share
  FROM traffic_minute_v1
  WHERE window_start >= ${recent_from}
  GROUP BY store_id, window_start
),
local AS (
  SELECT
    minutes.*,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS timestamp) AS local_time,
    CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_date
  FROM minutes
  LEFT JOIN store_v1 ON store_v1.store_id = minutes.store_id
),
dated AS (
  SELECT
    local.*,
    max(business_date) OVER (PARTITION BY store_id) AS latest_date,
    max(window_start) OVER (PARTITION BY store_id) AS latest_start
  FROM local
),
counted AS (
  SELECT
    dated.*,
    CAST(sum(in_count - out_count) OVER (
      PARTITION BY store_id ORDER BY window_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS net_count
  FROM dated
  WHERE business_date = latest_date
),
corrected AS (
  SELECT
    counted.*,
    net_count - least(min(net_count) OVER (
      PARTITION BY store_id ORDER BY window_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ), 0) AS occupancy
  FROM counted
)
SELECT
  store_id, business_date, window_start, local_time, in_count, out_count, occupancy,
  CASE WHEN window_start = latest_start THEN occupancy END AS occupancy_now,
  coverage, ${quality} AS quality
FROM corrected
