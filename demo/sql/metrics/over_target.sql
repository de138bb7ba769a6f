-- question: Which share of the served waited longer than the target?
-- unit: share
-- within: 0
SELECT 'over_target_share' || coalesce('.' || lane_id, '') AS name, avg(is_over_target::INT) AS value
FROM journey
WHERE outcome = 'served'
GROUP BY GROUPING SETS ((), (lane_id))
