-- rule: Where the mapping promises two rows for the hour that a clock set back shows twice, there are two.
-- stage: clock
-- actions: reject, leave_out, warn
SELECT
    file, row, store_id, line_id, told_time, CAST(in_count AS VARCHAR) AS value,
    'a second row for the hour that was shown twice; see hour_shown_twice in the mapping' AS expected
FROM placed
WHERE segments > 1 AND shown_time IS NOT NULL AND getvariable('hour_shown_twice') = 'two_rows'
QUALIFY count(*) OVER (PARTITION BY store_id, line_id, clock_hour) < 2
