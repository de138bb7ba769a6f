-- question: How many cameras told of their health, and in how many of their minutes?
SELECT count(DISTINCT camera_id) AS cameras, count(*) AS minutes
FROM camera_minute
