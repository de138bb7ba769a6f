-- rule: Every row's store is known: named by the mapping, and in store_v1 where the time zone is each store's own.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time,
    COALESCE(store_value, store_id) AS value,
    CASE
        WHEN store_value IS NULL AND store_id IS NULL THEN 'a store; the column is empty'
        WHEN store_id IS NULL THEN 'a value of [store.ids] in the mapping: add it there'
        ELSE 'a store of store_v1, which has its time zone: add it to the chain file, or name a zone in the mapping'
    END AS expected
FROM entry
WHERE store_id IS NULL OR time_zone IS NULL
