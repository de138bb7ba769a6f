-- question: Do the minutes give the same mean dwell?
-- unit: s
-- within: 1
SELECT 'minutes_dwell_seconds_mean.' || zone_id AS name, sum(dwell_ms) / sum(visits) / 1000 AS value
FROM dwell_minute
GROUP BY zone_id
HAVING sum(visits) > 0
