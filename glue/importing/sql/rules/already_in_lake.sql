-- rule: No hour is in the lake from elsewhere: what was measured, or another import, is not counted twice.
-- stage: lake
-- actions: reject, leave_out
SELECT
    portion.file, portion.row, portion.store_id, portion.line_id, portion.told_time,
    CAST(portion.in_count AS VARCHAR) AS value,
    'an hour that the lake does not have; it has ' || lake_hour.in_count || ' from ' || lake_hour.source AS expected
FROM lake_hour
INNER JOIN portion USING (store_id, line_id, window_start)
