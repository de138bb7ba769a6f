-- rule: No two rows contradict each other: the same line and hour, and other counts.
-- stage: repeat
-- actions: reject, keep_first, leave_out, sum
SELECT
    file, row, store_id, line_id, told_time, CAST(in_count AS VARCHAR) AS value,
    'one row for a line and hour; row ' || first_row || ' says ' || first_in_count AS expected
FROM repeated
WHERE NOT is_equal AND (turn > 1 OR getvariable('action') = 'leave_out')
