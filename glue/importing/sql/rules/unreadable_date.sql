-- rule: Every date, or timestamp, can be read by one of the formats, on the clock that the mapping tells.
-- stage: value
-- actions: reject, leave_out
SELECT
    file, row, store_id, line_id, told_time,
    COALESCE(timestamp_value, date_value) AS value,
    CASE
        WHEN getvariable('has_timestamp') AND told_instant IS NOT NULL THEN
            'a timestamp as of clock = "' || getvariable('clock') || '"; with offset only where it is "offset"'
        WHEN getvariable('has_timestamp') THEN
            'a timestamp such as 2016-03-27 13:00, or one of ' || array_to_string(getvariable('timestamp_formats'), ', ')
        ELSE 'a date as one of ' || array_to_string(getvariable('date_formats'), ', ')
    END AS expected
FROM entry
WHERE
    CASE
        WHEN getvariable('has_timestamp') THEN told_instant IS NULL OR NOT is_on_clock
        ELSE day IS NULL
    END
