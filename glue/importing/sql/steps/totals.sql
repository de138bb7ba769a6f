-- What became of the rows, and of the people whom they count.
SELECT
    (SELECT count(*) FROM entry) + (SELECT count(*) FROM malformed) AS rows_read,
    (SELECT count(*) FROM dropped) AS rows_left_out,
    (SELECT count(*) FROM local_hour) AS hours,
    (SELECT CAST(COALESCE(sum(number), 0) AS BIGINT) FROM count_value WHERE isfinite(number) AND abs(number) < 1e9)
        AS people_read,
    (
        SELECT CAST(COALESCE(sum(in_count + out_count + staff_in_count + staff_out_count), 0) AS BIGINT)
        FROM local_hour
    ) AS people_imported,
    (SELECT count(*) FROM placed ANTI JOIN portion USING (file, row) ANTI JOIN dropped USING (file, row)) AS rows_lost;
