-- question: Who came, from when to when?
SELECT zone_id, epoch_ms(entered_time) AS entered_ms, epoch_ms(left_time) AS left_ms, dwell_seconds
FROM visit
WHERE NOT is_staff AND NOT is_pass_through
ORDER BY entered_ms, zone_id
