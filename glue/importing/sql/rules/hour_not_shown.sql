-- rule: No row counts somebody in an hour that the clock skipped when it was set forward.
-- stage: clock
-- actions: reject, leave_out, add_to_next
SELECT
    file, row, store_id, line_id, told_time, CAST(in_count AS VARCHAR) AS value,
    'no count: clocks in ' || time_zone || ' skipped this hour; the counter''s clock was not set, or is of another zone'
        AS expected
FROM placed
WHERE
    segments = 0
    AND clock_hour = date_trunc('hour', clock_hour)
    AND in_count + out_count + staff_in_count + staff_out_count > 0
