-- rule: A line does not count in most of the hours that clocks skip: else its file is in UTC or in winter's time.
-- stage: series
-- actions: warn, reject
WITH skipped AS (
    SELECT
        store_id, line_id, time_zone,
        count(*) AS hours_told,
        count_if(in_count + out_count > 0) AS hours_with_counts
    FROM placed
    WHERE segments = 0 AND clock_hour = date_trunc('hour', clock_hour)
    GROUP BY ALL
)
SELECT
    NULL AS file, NULL AS row, store_id, line_id, NULL AS told_time,
    'people in ' || hours_with_counts || ' of ' || hours_told || ' skipped hours' AS value,
    'no counts in hours that clocks in ' || time_zone || ' skipped: check zone and clock in the mapping' AS expected
FROM skipped
WHERE hours_told >= 2 AND hours_with_counts >= 0.75 * hours_told
