-- rule: Every line of a CSV has as many values as its header has columns.
-- stage: value
-- actions: reject, leave_out
SELECT file, row, NULL AS store_id, NULL AS line_id, NULL AS told_time, value, expected
FROM malformed
