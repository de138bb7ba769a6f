-- rule: The day's curve stays where it is when clocks change: people go by the clock, a file in UTC does not.
-- stage: series
-- actions: warn, reject
WITH change AS (
    SELECT time_zone, CAST(clock_hour AS DATE) AS changed_on, offset_seconds - before_seconds AS by_seconds
    FROM (
        SELECT *, lag(offset_seconds) OVER (PARTITION BY time_zone ORDER BY window_start) AS before_seconds
        FROM clock
    )
    WHERE abs(offset_seconds - before_seconds) = 3600
),
curve AS (
    SELECT
        local_hour.store_id, local_hour.line_id, change.changed_on, change.by_seconds, local_hour.hour_of_day,
        sum(in_count + out_count) FILTER (WHERE business_date < changed_on) AS before_people,
        sum(in_count + out_count) FILTER (WHERE business_date > changed_on) AS after_people
    FROM change
    INNER JOIN local_hour
        ON
            change.time_zone = local_hour.time_zone
            AND abs(date_diff('day', change.changed_on, local_hour.business_date)) BETWEEN 1 AND 14
    GROUP BY ALL
),
-- Set forward, a file in UTC tells everything an hour earlier from then on.
compared AS (
    SELECT
        before.store_id, before.line_id, before.changed_on,
        corr(before.before_people, after.after_people) FILTER (WHERE after.hour_of_day = before.hour_of_day) AS stays,
        corr(before.before_people, after.after_people) FILTER (
            WHERE (after.hour_of_day - before.hour_of_day) * 3600 = -before.by_seconds
        ) AS moves
    FROM curve AS before
    INNER JOIN curve AS after USING (store_id, line_id, changed_on)
    GROUP BY ALL
)
SELECT
    NULL AS file, NULL AS row, store_id, line_id, NULL AS told_time,
    'moved by an hour at ' || count_if(moves > stays) || ' of ' || count(*) || ' changes' AS value,
    'the same curve before and after clocks change: check zone and clock in the mapping' AS expected
FROM compared
WHERE stays IS NOT NULL AND moves IS NOT NULL
GROUP BY store_id, line_id
HAVING count(*) >= 2 AND count_if(moves > stays) >= 0.75 * count(*)
