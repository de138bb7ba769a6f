-- question: What was the most at one instant, in each zone and in each lane's queue?
-- unit: people
-- within: 1
-- note: cameras look four times a second, so a meeting shorter than that at a zone's edge is not seen
SELECT 'occupancy_max.' || zone_id AS name, max(occupancy_max) AS value
FROM zone_minute
GROUP BY zone_id
UNION ALL
SELECT 'queue_length_max.' || lane_id, max(queue_length_max)
FROM lane_minute
GROUP BY lane_id
