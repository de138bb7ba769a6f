-- question: How long was each visit of a customer to a place that is not a lane?
SELECT zone_id, dwell_seconds
FROM visit
WHERE NOT is_staff AND NOT is_pass_through AND lane_id IS NULL
ORDER BY zone_id, dwell_seconds
