-- question: How many visits did each zone have?
-- unit: visits
-- within: 0
WITH
zones AS (
  SELECT
    zone_id,
    count(*) FILTER (NOT is_staff AND NOT is_pass_through) AS visits,
    count(*) FILTER (NOT is_staff AND is_pass_through) AS pass_throughs,
    count(*) FILTER (is_staff AND NOT is_pass_through) AS staff_visits,
    count(*) FILTER (is_staff AND is_pass_through) AS staff_pass_throughs
  FROM visit
  GROUP BY zone_id
)
SELECT metric || '.' || zone_id AS name, value
FROM (UNPIVOT zones ON visits, pass_throughs, staff_visits, staff_pass_throughs INTO NAME metric VALUE value)
