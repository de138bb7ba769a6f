-- question: How long was each lane open?
-- unit: s
-- within: 1
-- note: within 1 s for each time it opened
SELECT 'lane_open_seconds.' || lane_id AS name, sum(open_ms) / 1000 AS value
FROM lane_minute
GROUP BY lane_id
