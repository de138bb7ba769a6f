-- question: How long did customers stay in each zone?
-- unit: s
-- within: 1
WITH
zones AS (
  SELECT zone_id, avg(dwell_seconds) AS dwell_seconds_mean, median(dwell_seconds) AS dwell_seconds_median
  FROM visit
  WHERE NOT is_staff AND NOT is_pass_through
  GROUP BY zone_id
)
SELECT metric || '.' || zone_id AS name, value
FROM (UNPIVOT zones ON dwell_seconds_mean, dwell_seconds_median INTO NAME metric VALUE value)
