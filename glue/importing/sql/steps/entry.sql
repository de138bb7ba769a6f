-- One row for each row of the files: its values as they came, and what they mean where they can be read.
CREATE OR REPLACE TABLE entry AS
WITH trimmed AS (
    SELECT file, row, NULLIF(trim(COLUMNS(* EXCLUDE (file, row))), '')
    FROM source
),
-- A line without any value is no row: files end with such lines.
filled AS (
    SELECT *
    FROM trimmed
    WHERE COALESCE(
        store_value, line_value, date_value, hour_value, timestamp_value,
        in_count_value, out_count_value, staff_in_count_value, staff_out_count_value
    ) IS NOT NULL
),
identified AS (
    SELECT
        filled.*,
        CASE
            WHEN getvariable('store_constant') IS NOT NULL THEN getvariable('store_constant')
            WHEN getvariable('has_store_ids') THEN mapped_store.store_id
            WHEN getvariable('store_prefix') IS NOT NULL THEN
                getvariable('store_prefix') || trim(regexp_replace(lower(store_value), '[^a-z0-9]+', '-', 'g'), '-')
            ELSE store_value
        END AS store_id,
        COALESCE(getvariable('line_constant'), line_value) AS line_id,
        concat_ws(' ', timestamp_value, date_value, hour_value) AS told_time,
        -- Only behind a time: 27-03-2016 ends with no offset.
        regexp_extract(timestamp_value, ':\d{2}(?:\.\d+)?\s*(Z|[+-]\d{2}(?::?\d{2})?)$', 1) AS offset_value
    FROM filled
    LEFT JOIN mapped_store USING (store_value)
),
read_time AS (
    SELECT
        identified.*,
        CAST(try_strptime(date_value, getvariable('date_formats')) AS DATE) AS day,
        TRY_CAST(regexp_extract(hour_value, '^(-?\d+)(?::00(?::00)?)?$', 1) AS INTEGER) AS labelled_hour,
        -- Text without an offset is read in the session's time zone, which is UTC.
        COALESCE(
            CAST(try_strptime(timestamp_value, getvariable('timestamp_formats')) AS TIMESTAMPTZ),
            TRY_CAST(timestamp_value AS TIMESTAMPTZ)
        ) AS told_instant,
        CASE getvariable('clock')
            WHEN 'local' THEN offset_value = ''
            WHEN 'utc' THEN offset_value IN ('', 'Z', '+00', '+0000', '+00:00')
            ELSE offset_value <> ''
        END AS is_on_clock
    FROM identified
)
SELECT
    read_time.*,
    COALESCE(getvariable('time_zone'), known_store.time_zone) AS time_zone,
    labelled_hour - getvariable('label_hours') AS shown_hour,
    -- What the store's clock showed when the hour began, or the instant itself: one of the two.
    CASE
        WHEN timestamp_value IS NULL THEN day + to_hours(labelled_hour - getvariable('label_hours'))
        WHEN getvariable('clock') = 'local' AND is_on_clock THEN
            timezone('UTC', told_instant) - to_hours(getvariable('label_hours'))
    END AS shown_time,
    CASE
        WHEN getvariable('clock') <> 'local' AND is_on_clock THEN told_instant - to_hours(getvariable('label_hours'))
    END AS instant,
    TRY_CAST(in_count_value AS DOUBLE) AS in_number,
    TRY_CAST(out_count_value AS DOUBLE) AS out_number,
    TRY_CAST(staff_in_count_value AS DOUBLE) AS staff_in_number,
    TRY_CAST(staff_out_count_value AS DOUBLE) AS staff_out_number
FROM read_time
LEFT JOIN known_store USING (store_id);

-- Every count that a row should have.
CREATE OR REPLACE TABLE count_value AS
SELECT file, row, store_id, line_id, told_time, counted.measure, counted.value, counted.number
FROM entry
CROSS JOIN LATERAL (
    VALUES
        ('in_count', in_count_value, in_number),
        ('out_count', out_count_value, out_number),
        ('staff_in_count', staff_in_count_value, staff_in_number),
        ('staff_out_count', staff_out_count_value, staff_out_number)
) AS counted (measure, value, number)
WHERE list_contains(getvariable('measures'), counted.measure);
