-- question: How long did customers stay in each zone, hour by hour: the median, and the 90th percentile?
-- grain: one zone and UTC hour
-- reads: histogram_bucket
-- column: window_start = Start of the UTC hour, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: zone_id = Zone, unique within its store
-- column: visits = Customer visits of at least 5 s
-- column: dwell_seconds_median = Median dwell, in seconds
-- column: dwell_seconds_p90 = 90th percentile of the dwell, in seconds
-- From the minutes' histograms, so that no row of a single customer is read; off by 4.9 % at most.
-- The rank is the least that covers the share, as in contracts/histograms.py.
SELECT
  store_id, place_id AS zone_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  max(people_in_all) AS visits,
  min(middle_ms) FILTER (WHERE people_up_to_here >= ceil(0.5e0 * people_in_all)) / 1000e0 AS dwell_seconds_median,
  min(middle_ms) FILTER (WHERE people_up_to_here >= ceil(0.9e0 * people_in_all)) / 1000e0 AS dwell_seconds_p90
FROM histogram_bucket
WHERE measure = 'dwell'
GROUP BY store_id, place_id, window_start
