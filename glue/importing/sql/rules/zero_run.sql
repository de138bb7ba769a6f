-- rule: No line counts 0 through twelve hours in a row that are usually busy: its counter was probably off.
-- stage: series
-- actions: warn, leave_out, reject
WITH usual AS (
    SELECT
        *,
        median(in_count + out_count) OVER (PARTITION BY store_id, line_id, isodow(clock_hour), hour_of_day) AS usual_count
    FROM local_hour
),
busy AS (
    SELECT *, row_number() OVER (PARTITION BY store_id, line_id ORDER BY window_start) AS place
    FROM usual
    WHERE usual_count >= 10
),
silent AS (
    SELECT *, place - row_number() OVER (PARTITION BY store_id, line_id ORDER BY window_start) AS island
    FROM busy
    WHERE in_count + out_count = 0
),
off AS (
    SELECT *, count(*) OVER run AS hours_off, min(clock_hour) OVER run AS off_from
    FROM silent
    WINDOW run AS (PARTITION BY store_id, line_id, island)
)
SELECT
    portion.file, portion.row, portion.store_id, portion.line_id, portion.told_time, '0' AS value,
    'somebody: usually ' || CAST(usual_count AS BIGINT) || '; one of ' || hours_off || ' busy hours without anybody from '
    || strftime(off_from, '%Y-%m-%d %H:%M') || ' on' AS expected
FROM off
INNER JOIN portion USING (store_id, line_id, window_start)
WHERE hours_off >= 12
