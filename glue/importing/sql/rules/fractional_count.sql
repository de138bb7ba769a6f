-- rule: Every count is a whole number.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time, value,
    'a whole number in ' || measure || ': shares of people are estimates, not counts' AS expected
FROM count_value
WHERE isfinite(number) AND number <> floor(number)
