-- rule: Every row is an hour that begins when an hour begins on the store's clock.
-- stage: clock
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time, told_time AS value,
    'the start of an hour in ' || time_zone || ': sum shorter times to hours first, and check zone and clock' AS expected
FROM placed
WHERE clock_hour IS NULL OR clock_hour <> date_trunc('hour', clock_hour)
