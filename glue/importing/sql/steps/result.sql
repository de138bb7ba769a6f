-- The hours as the lake has them, in its order within files.
SELECT
    store_id,
    line_id,
    business_date,
    hour_of_day,
    window_start,
    window_end,
    in_count,
    out_count,
    staff_in_count,
    staff_out_count,
    CAST(getvariable('coverage') AS DOUBLE) AS coverage,
    CAST(NULL AS DOUBLE) AS camera_up_share,
    CAST(NULL AS DOUBLE) AS late_share,
    getvariable('quality') AS quality,
    getvariable('source') AS source
FROM local_hour
ORDER BY store_id, business_date, window_start, line_id;
