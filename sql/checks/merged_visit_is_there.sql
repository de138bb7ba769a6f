-- check: A visit that says of which visit it is a part names one that is there, of the same zone, and that covers it.
-- level: fail
-- reads: visit_v1
WITH merged AS (
  SELECT store_id, visit_id, revision, zone_id, entered_time, left_time, merged_into
  FROM visit_v1
  WHERE merged_into IS NOT NULL
)
SELECT merged.store_id, merged.visit_id, merged.revision, merged.merged_into
FROM merged
LEFT JOIN visit_v1 AS whole
  ON merged.store_id = whole.store_id AND merged.merged_into = whole.visit_id AND merged.zone_id = whole.zone_id
  AND whole.entered_time <= merged.entered_time AND whole.left_time >= merged.left_time
WHERE whole.visit_id IS NULL
