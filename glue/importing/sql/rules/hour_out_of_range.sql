-- rule: Every hour is one of a day: 0 to 23, or 1 to 24 where hours are called by their end.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time, hour_value AS value,
    getvariable('label_hours') || ' to ' || (23 + getvariable('label_hours')) AS expected
FROM entry
WHERE shown_hour NOT BETWEEN 0 AND 23
