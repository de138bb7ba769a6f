-- What each row gives to each window. A row that holds two hours gives to both, by their length, and nothing is lost by
-- rounding; a row of an hour that the clock skipped gives to the hour that was shown in its place.
CREATE OR REPLACE TABLE portion AS
WITH standing AS (
    SELECT *
    FROM placed
    ANTI JOIN dropped USING (file, row)
),
held AS (
    SELECT
        standing.* EXCLUDE (segment, segments),
        clock.* EXCLUDE (time_zone, clock_hour, segment, segments, share_since, share_until),
        IF(standing.segment IS NULL, share_since, 0) AS since,
        IF(standing.segment IS NULL, share_until, 1) AS until
    FROM standing
    INNER JOIN clock USING (time_zone, clock_hour)
    WHERE standing.segment IS NULL OR standing.segment = clock.segment
),
-- A skipped time, read by the offset before, is the first instant after the skip.
moved AS (
    SELECT
        standing.* EXCLUDE (segment, segments, clock_hour),
        clock.* EXCLUDE (time_zone, segment, segments, share_since, share_until),
        0 AS since,
        1 AS until
    FROM standing
    INNER JOIN clock
        ON
            standing.time_zone = clock.time_zone
            AND timezone(standing.time_zone, standing.clock_hour) = clock.window_start
    WHERE standing.segments = 0
),
given AS (
    SELECT * FROM held
    UNION ALL BY NAME
    SELECT * FROM moved
)
SELECT
    given.* EXCLUDE (since, until, in_count, out_count, staff_in_count, staff_out_count),
    CAST(ceil(in_count * until) - ceil(in_count * since) AS BIGINT) AS in_count,
    CAST(ceil(out_count * until) - ceil(out_count * since) AS BIGINT) AS out_count,
    CAST(ceil(staff_in_count * until) - ceil(staff_in_count * since) AS BIGINT) AS staff_in_count,
    CAST(ceil(staff_out_count * until) - ceil(staff_out_count * since) AS BIGINT) AS staff_out_count
FROM given;
