-- rule: A line is quietest at night: else the file's time zone is probably not the store's.
-- stage: series
-- actions: warn, reject
WITH hourly AS (
    SELECT store_id, line_id, hour_of_day, sum(in_count + out_count) AS people, count(DISTINCT business_date) AS days
    FROM local_hour
    GROUP BY ALL
),
-- Every hour counts, also those without any row.
filled AS (
    SELECT line.store_id, line.line_id, each.hour_of_day, COALESCE(hourly.people, 0) AS people
    FROM (SELECT store_id, line_id FROM hourly GROUP BY ALL HAVING max(days) >= 14) AS line
    CROSS JOIN range(24) AS each (hour_of_day)
    LEFT JOIN hourly USING (store_id, line_id, hour_of_day)
),
six_hours AS (
    SELECT start.store_id, start.line_id, start.hour_of_day AS first_hour, sum(within.people) AS people
    FROM filled AS start
    INNER JOIN filled AS within
        ON
            start.store_id = within.store_id
            AND start.line_id = within.line_id
            AND (within.hour_of_day - start.hour_of_day + 24) % 24 < 6
    GROUP BY ALL
),
day_and_night AS (
    SELECT
        store_id, line_id,
        arg_min(first_hour, ROW(people, first_hour)) AS quietest_hour,
        min(people) FILTER (WHERE first_hour BETWEEN 8 AND 13) AS by_day,
        min(people) FILTER (WHERE first_hour NOT BETWEEN 8 AND 13) AS by_night
    FROM six_hours
    GROUP BY ALL
)
SELECT
    NULL AS file, NULL AS row, store_id, line_id, NULL AS told_time,
    'quietest six hours from ' || quietest_hour || ':00 on' AS value,
    'the quietest hours at night: check zone and clock in the mapping' AS expected
FROM day_and_night
WHERE by_day < by_night
