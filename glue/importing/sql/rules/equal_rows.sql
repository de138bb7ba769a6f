-- rule: No row says again what another one says: the same line, hour and counts.
-- stage: repeat
-- actions: reject, keep_first, leave_out, sum
SELECT
    file, row, store_id, line_id, told_time, CAST(in_count AS VARCHAR) AS value,
    'one row for a line and hour; row ' || first_row || ' says the same' AS expected
FROM repeated
WHERE is_equal AND (turn > 1 OR getvariable('action') = 'leave_out')
