-- rule: Every hour is a whole number, or a full hour such as 13:00.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time, hour_value AS value,
    'a whole number of the day''s hour, such as 13' AS expected
FROM entry
WHERE NOT getvariable('has_timestamp') AND labelled_hour IS NULL
