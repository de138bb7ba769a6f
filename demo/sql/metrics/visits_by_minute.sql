-- question: Do the minutes add up to the same visits?
-- unit: visits
-- within: 0
WITH
zones AS (
  SELECT zone_id, sum(visits) AS minutes_visits, sum(pass_throughs) AS minutes_pass_throughs
  FROM dwell_minute
  GROUP BY zone_id
)
SELECT metric || '.' || zone_id AS name, value
FROM (UNPIVOT zones ON minutes_visits, minutes_pass_throughs INTO NAME metric VALUE value)
