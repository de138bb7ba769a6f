-- rule: No date lies in the future, or before there were counters.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time,
    COALESCE(timestamp_value, date_value) AS value,
    'a date from 1990-01-01 to ' || getvariable('today') AS expected
FROM entry
WHERE
    CAST(COALESCE(shown_time, timezone('UTC', instant), day) AS DATE) NOT BETWEEN DATE '1990-01-01'
    AND getvariable('today')
