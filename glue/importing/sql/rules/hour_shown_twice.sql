-- rule: The one row of the hour that a clock set back shows twice holds what the mapping says.
-- stage: clock
-- actions: warn, leave_out, reject
SELECT
    file, row, store_id, line_id, told_time, CAST(in_count AS VARCHAR) AS value,
    CASE getvariable('hour_shown_twice')
        WHEN 'first_only' THEN 'two hours, as the clock was set back; by the mapping the row holds the first only'
        WHEN 'second_only' THEN 'two hours, as the clock was set back; by the mapping the row holds the second only'
        ELSE 'two hours, as the clock was set back; by the mapping the row holds both: each gets its share'
    END AS expected
FROM placed
WHERE segments > 1 AND shown_time IS NOT NULL AND getvariable('hour_shown_twice') <> 'two_rows'
