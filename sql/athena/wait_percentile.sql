-- question: How long did the served wait at each lane, hour by hour: the median, and the 90th percentile?
-- grain: one lane and UTC hour
-- reads: histogram_bucket
-- column: window_start = Start of the UTC hour, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: lane_id = Checkout lane
-- column: served = Journeys that were served
-- column: wait_seconds_median = Median wait of the served, in seconds
-- column: wait_seconds_p90 = 90th percentile of the wait of the served, in seconds
-- From the minutes' histograms, so that no row of a single customer is read; off by 4.9 % at most.
-- The rank is the least that covers the share, as in contracts/histograms.py.
SELECT
  store_id, place_id AS lane_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  max(people_in_all) AS served,
  min(middle_ms) FILTER (WHERE people_up_to_here >= ceil(0.5e0 * people_in_all)) / 1000e0 AS wait_seconds_median,
  min(middle_ms) FILTER (WHERE people_up_to_here >= ceil(0.9e0 * people_in_all)) / 1000e0 AS wait_seconds_p90
FROM histogram_bucket
WHERE measure = 'wait'
GROUP BY store_id, place_id, window_start
