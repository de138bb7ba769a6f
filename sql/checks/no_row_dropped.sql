-- check: The job's windows dropped no row as late, where SQL does so without a word; the run tells its counter.
-- level: fail
-- reads: counters
SELECT expected.name, counters.value
FROM (SELECT 'rows_dropped' AS name) AS expected
LEFT JOIN counters ON expected.name = counters.name
WHERE counters.value IS NULL OR counters.value <> 0
