-- rule: A row of 0 for an hour that the clock skipped is no hour.
-- stage: clock
-- actions: leave_out, reject
SELECT
    file, row, store_id, line_id, told_time, '0' AS value,
    'no row: clocks in ' || time_zone || ' skipped this hour, and nobody was counted' AS expected
FROM placed
WHERE
    segments = 0
    AND clock_hour = date_trunc('hour', clock_hour)
    AND in_count + out_count + staff_in_count + staff_out_count = 0
