-- rule: No count is over four times what but one in a hundred of the line's counts in this hour of the day reach.
-- stage: series
-- actions: warn, leave_out, reject
WITH judged AS (
    SELECT *, quantile_cont(in_count + out_count, 0.99) OVER same AS high_count, count(*) OVER same AS hours_seen
    FROM local_hour
    WINDOW same AS (PARTITION BY store_id, line_id, hour_of_day)
)
SELECT
    portion.file, portion.row, portion.store_id, portion.line_id, portion.told_time,
    CAST(judged.in_count + judged.out_count AS VARCHAR) AS value,
    'up to ' || CAST(4 * high_count AS BIGINT) || ' in this hour of the day' AS expected
FROM judged
INNER JOIN portion USING (store_id, line_id, window_start)
WHERE judged.in_count + judged.out_count > greatest(4 * high_count, 100) AND hours_seen >= 100
