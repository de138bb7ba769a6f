-- rule: Every count is a number.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time, value,
    'a whole number in ' || measure || ', without signs for thousands; 0 where nobody came' AS expected
FROM count_value
WHERE number IS NULL OR NOT isfinite(number) OR abs(number) >= 1e9
