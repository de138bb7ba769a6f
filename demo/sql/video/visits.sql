-- question: Who came to which place, from when to when?
SELECT
  zone_id,
  row_number() OVER (PARTITION BY zone_id ORDER BY entered_time, left_time) AS number,
  epoch_ms(entered_time) AS entered_ms,
  epoch_ms(left_time) AS left_ms,
  dwell_seconds
FROM visit
WHERE NOT is_staff AND NOT is_pass_through
ORDER BY zone_id, number
