-- question: Do the minutes of the lanes give the same mean wait?
-- unit: s
-- within: 1
SELECT
  'minutes_wait_seconds_mean' || coalesce('.' || lane_id, '') AS name,
  sum(wait_ms) / sum(served) / 1000 AS value
FROM lane_minute
GROUP BY GROUPING SETS ((), (lane_id))
HAVING sum(served) > 0
