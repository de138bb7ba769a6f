-- The rows that say again what another one says: the same line and hour.
CREATE OR REPLACE TABLE repeated AS
WITH standing AS (
    SELECT *
    FROM placed
    ANTI JOIN dropped USING (file, row)
),
shared AS (
    SELECT store_id, line_id, clock_hour, segment
    FROM standing
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT
    standing.*,
    row_number() OVER in_order AS turn,
    first_value(row) OVER in_order AS first_row,
    first_value(in_count) OVER in_order AS first_in_count,
    count(DISTINCT ROW(in_count, out_count, staff_in_count, staff_out_count)) OVER same = 1 AS is_equal
FROM standing
INNER JOIN shared
    ON
        standing.store_id = shared.store_id
        AND standing.line_id = shared.line_id
        AND standing.clock_hour = shared.clock_hour
        AND standing.segment IS NOT DISTINCT FROM shared.segment
WINDOW
    same AS (PARTITION BY standing.store_id, standing.line_id, standing.clock_hour, standing.segment),
    in_order AS (
        PARTITION BY standing.store_id, standing.line_id, standing.clock_hour, standing.segment ORDER BY file, row
    );
