-- Where on the store's clock each readable row belongs.
CREATE OR REPLACE TABLE readable AS
SELECT
    file, row, store_id, line_id, time_zone, told_time, shown_time, instant,
    CAST(in_number AS BIGINT) AS in_count,
    COALESCE(CAST(out_number AS BIGINT), 0) AS out_count,
    COALESCE(CAST(staff_in_number AS BIGINT), 0) AS staff_in_count,
    COALESCE(CAST(staff_out_number AS BIGINT), 0) AS staff_out_count
FROM entry
ANTI JOIN dropped USING (file, row);

-- The hours that the clocks showed. One that a clock set back shows twice has two segments, one after the other; one that
-- was skipped has none. Found by quarters of an hour, since every offset of our time is a multiple of them.
CREATE OR REPLACE TABLE clock AS
WITH stretch AS (
    SELECT
        time_zone,
        date_trunc('day', min(COALESCE(instant, timezone('UTC', shown_time)))) - INTERVAL 2 DAY AS first_instant,
        date_trunc('day', max(COALESCE(instant, timezone('UTC', shown_time)))) + INTERVAL 3 DAY AS last_instant
    FROM readable
    GROUP BY time_zone
),
quarter AS (
    SELECT time_zone, unnest(generate_series(first_instant, last_instant, INTERVAL 15 MINUTE)) AS instant
    FROM stretch
),
shown AS (
    SELECT time_zone, instant, timezone(time_zone, instant) AS shown_time
    FROM quarter
),
shown_alike AS (
    SELECT
        time_zone,
        date_trunc('hour', shown_time) AS clock_hour,
        CAST(epoch(shown_time) - epoch(instant) AS BIGINT) AS offset_seconds,
        min(instant) AS window_start,
        max(instant) + INTERVAL 15 MINUTE AS window_end
    FROM shown
    GROUP BY ALL
),
measured AS (
    SELECT *, epoch(window_end) - epoch(window_start) AS window_seconds
    FROM shown_alike
)
SELECT
    * EXCLUDE (window_seconds),
    row_number() OVER in_order AS segment,
    count(*) OVER whole AS segments,
    -- Which part of the hour's time lies before the segment, and before its end.
    (sum(window_seconds) OVER in_order - window_seconds) / sum(window_seconds) OVER whole AS share_since,
    sum(window_seconds) OVER in_order / sum(window_seconds) OVER whole AS share_until
FROM measured
WINDOW
    whole AS (PARTITION BY time_zone, clock_hour),
    in_order AS (PARTITION BY time_zone, clock_hour ORDER BY window_start);

CREATE OR REPLACE TABLE placed AS
WITH labelled AS (
    SELECT
        readable.*,
        COALESCE(readable.shown_time, started.clock_hour) AS clock_hour,
        started.segment AS told_segment
    FROM readable
    LEFT JOIN clock AS started
        ON readable.time_zone = started.time_zone AND readable.instant = started.window_start
),
clock_label AS (
    SELECT time_zone, clock_hour, max(segments) AS segments
    FROM clock
    GROUP BY time_zone, clock_hour
)
SELECT
    labelled.*,
    COALESCE(clock_label.segments, 0) AS segments,
    -- The segment that the row holds; null where it holds all of them.
    CASE
        WHEN told_segment IS NOT NULL THEN told_segment
        WHEN COALESCE(clock_label.segments, 1) = 1 OR getvariable('hour_shown_twice') = 'first_only' THEN 1
        WHEN getvariable('hour_shown_twice') = 'second_only' THEN clock_label.segments
        WHEN getvariable('hour_shown_twice') = 'two_rows' THEN least(
            row_number() OVER (PARTITION BY store_id, line_id, clock_hour ORDER BY file, row), clock_label.segments
        )
    END AS segment
FROM labelled
LEFT JOIN clock_label USING (time_zone, clock_hour);
