-- question: How long exactly did the served wait at each lane, hour by hour: the median, and the 90th percentile?
-- grain: one lane and UTC hour of the service's end
-- reads: journey
-- column: window_start = Start of the UTC hour, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: lane_id = Checkout lane
-- column: served = Journeys that were served
-- column: wait_seconds_median = Median wait of the served, in seconds
-- column: wait_seconds_p90 = 90th percentile of the wait of the served, in seconds
-- From single journeys, at the cost of reading them all; wait_percentile answers from the minutes.
WITH
ended AS (
  SELECT store_id, lane_id, date_trunc('hour', service_end_time) AS window_start, wait_seconds
  FROM journey
  WHERE outcome = 'served'
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY store_id, lane_id, window_start ORDER BY wait_seconds) AS rank_in_hour,
    count(*) OVER (PARTITION BY store_id, lane_id, window_start) AS served
  FROM ended
)
SELECT
  store_id, lane_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  max(served) AS served,
  min(wait_seconds) FILTER (WHERE rank_in_hour >= ceil(0.5e0 * served)) AS wait_seconds_median,
  min(wait_seconds) FILTER (WHERE rank_in_hour >= ceil(0.9e0 * served)) AS wait_seconds_p90
FROM ranked
GROUP BY store_id, lane_id, window_start
