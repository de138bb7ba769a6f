-- rule: Every store is in store_v1: reports by region, opening hours and holidays need it there.
-- stage: lake
-- actions: warn, reject
SELECT
    NULL AS file, NULL AS row, store_id, NULL AS line_id, NULL AS told_time, store_id AS value,
    'a store of store_v1: add it to the chain file' AS expected
FROM (SELECT DISTINCT store_id FROM local_hour)
ANTI JOIN known_store USING (store_id)
