-- The rows that say again what another one says: the same line and hour.
CREATE OR REPLACE TABLE repeated AS
WITH standing AS (
    SELECT *, concat_ws('/', in_count, out_count, staff_in_count, staff_out_count) AS counts
    FROM placed
    ANTI JOIN dropped USING (file, row)
),
counted AS (
    SELECT
        standing.*,
        row_number() OVER (same ORDER BY file, row) AS turn,
        count(*) OVER same AS turns,
        first_value(row) OVER (same ORDER BY file, row) AS first_row,
        first_value(in_count) OVER (same ORDER BY file, row) AS first_in_count,
        min(counts) OVER same = max(counts) OVER same AS is_equal
    FROM standing
    WINDOW same AS (PARTITION BY store_id, line_id, clock_hour, segment)
)
SELECT *
FROM counted
WHERE turns > 1;
