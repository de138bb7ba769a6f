-- question: How long exactly did customers stay in each zone, hour by hour: the median, and the 90th percentile?
-- grain: one zone and UTC hour of the visit's end
-- reads: visit
-- column: window_start = Start of the UTC hour, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: zone_id = Zone, unique within its store
-- column: visits = Customer visits of at least 5 s
-- column: dwell_seconds_median = Median dwell, in seconds
-- column: dwell_seconds_p90 = 90th percentile of the dwell, in seconds
-- From single visits, at the cost of reading them all; dwell_percentile answers from the minutes.
WITH
ended AS (
  SELECT store_id, zone_id, date_trunc('hour', left_time) AS window_start, dwell_seconds
  FROM visit
  WHERE NOT is_staff AND NOT is_pass_through
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY store_id, zone_id, window_start ORDER BY dwell_seconds) AS rank_in_hour,
    count(*) OVER (PARTITION BY store_id, zone_id, window_start) AS visits
  FROM ended
)
SELECT
  store_id, zone_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  max(visits) AS visits,
  min(dwell_seconds) FILTER (WHERE rank_in_hour >= ceil(0.5e0 * visits)) AS dwell_seconds_median,
  min(dwell_seconds) FILTER (WHERE rank_in_hour >= ceil(0.9e0 * visits)) AS dwell_seconds_p90
FROM ranked
GROUP BY store_id, zone_id, window_start
