-- rule: Every row has a line.
-- stage: value
-- actions: reject, leave_out
SELECT file, row, store_id, line_id, told_time, line_value AS value, 'a line; the column is empty' AS expected
FROM entry
WHERE line_id IS NULL
