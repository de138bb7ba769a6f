-- rule: From a line's first hour to its last there is a row for every hour in which it usually has one.
-- stage: series
-- actions: warn, reject
WITH span AS (
    SELECT store_id, line_id, time_zone, min(window_start) AS first_start, max(window_start) AS last_start
    FROM local_hour
    GROUP BY ALL
),
shown AS (
    SELECT
        span.store_id, span.line_id, clock.clock_hour, clock.window_start,
        local_hour.window_start IS NOT NULL AS is_there,
        avg(CAST(local_hour.window_start IS NOT NULL AS INTEGER)) OVER (
            PARTITION BY span.store_id, span.line_id, isodow(clock.clock_hour), hour(clock.clock_hour)
        ) AS there_share
    FROM span
    INNER JOIN clock
        ON span.time_zone = clock.time_zone AND clock.window_start BETWEEN span.first_start AND span.last_start
    LEFT JOIN local_hour
        ON
            span.store_id = local_hour.store_id
            AND span.line_id = local_hour.line_id
            AND clock.window_start = local_hour.window_start
),
-- Hours of the week in which the line mostly has no row are those in which the store is closed.
expected_hour AS (
    SELECT *, row_number() OVER (PARTITION BY store_id, line_id ORDER BY window_start) AS place
    FROM shown
    WHERE there_share >= 0.5
),
missing AS (
    SELECT *, place - row_number() OVER (PARTITION BY store_id, line_id ORDER BY window_start) AS island
    FROM expected_hour
    WHERE NOT is_there
)
SELECT
    NULL AS file, NULL AS row, store_id, line_id,
    strftime(min(clock_hour), '%Y-%m-%d %H:%M') AS told_time,
    count(*) || ' hours without a row' AS value,
    'rows up to ' || strftime(max(clock_hour), '%Y-%m-%d %H:%M') AS expected
FROM missing
GROUP BY store_id, line_id, island
