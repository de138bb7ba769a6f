-- check: A journey's times, durations and outcome agree with each other.
-- level: fail
-- reads: journey_v1
SELECT store_id, journey_id, revision, outcome, wait_seconds, queue_seconds, service_seconds
FROM journey_v1
WHERE queue_left_time < joined_time OR queue_seconds < 0
  OR (outcome = 'served') <> (wait_seconds IS NOT NULL)
  OR (outcome = 'served') <> (service_start_time IS NOT NULL)
  OR (outcome = 'served') <> (service_end_time IS NOT NULL)
  OR (outcome = 'served') <> (service_seconds IS NOT NULL)
  OR (outcome = 'served') <> (is_over_target IS NOT NULL)
  OR (outcome = 'abandoned' AND "end" <> 'left') OR (outcome = 'censored' AND "end" = 'left')
  OR service_start_time < joined_time OR service_end_time < service_start_time
  OR (outcome = 'served' AND wait_seconds <> queue_seconds)
