-- question: What was the most at one instant, in each zone and in each lane's queue?
-- unit: people
-- within: 0
-- note: exact, but for peaks so short that cameras which look four times a second can miss them
SELECT 'occupancy_max.' || zone_id AS name, max(occupancy_max) AS value
FROM zone_minute
GROUP BY zone_id
UNION ALL
SELECT 'queue_length_max.' || lane_id, max(queue_length_max)
FROM lane_minute
GROUP BY lane_id
