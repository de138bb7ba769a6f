-- One row for each line and window: what the lake gets.
CREATE OR REPLACE TABLE local_hour AS
WITH summed AS (
    SELECT
        store_id, line_id, time_zone, clock_hour, offset_seconds, window_start, window_end,
        CAST(sum(in_count) AS BIGINT) AS in_count,
        CAST(sum(out_count) AS BIGINT) AS out_count,
        CAST(sum(staff_in_count) AS BIGINT) AS staff_in_count,
        CAST(sum(staff_out_count) AS BIGINT) AS staff_out_count
    FROM portion
    ANTI JOIN dropped USING (file, row)
    GROUP BY ALL
),
-- Of a count of both directions half came; of an odd one, one more came.
halved AS (
    SELECT
        summed.* EXCLUDE (in_count, out_count),
        IF(getvariable('has_both_directions'), in_count - in_count // 2, in_count) AS in_count,
        IF(getvariable('has_both_directions'), in_count // 2, out_count) AS out_count
    FROM summed
)
SELECT
    halved.*,
    CAST(clock_hour AS DATE) AS business_date,
    CAST(hour(clock_hour) AS INTEGER) AS hour_of_day
FROM halved;
