-- rule: No count is negative.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time, value, '0 or more in ' || measure AS expected
FROM count_value
WHERE number < 0
