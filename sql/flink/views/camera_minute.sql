-- question: Was each camera up, minute by minute?
-- grain: one camera and minute
-- reads: camera_health
-- window: tumbling, 1 minute
-- lateness: on time only
SELECT store_id, camera_id, window_start, window_end, window_time AS rowtime, AVG(up_share) AS up_share
FROM TABLE(TUMBLE(TABLE camera_health, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
GROUP BY store_id, camera_id, window_start, window_end, window_time
