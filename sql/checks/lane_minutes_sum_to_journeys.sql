-- check: Over all minutes a lane has the journeys, outcomes, waits and histogram that its journeys give.
-- level: fail
-- reads: lane_minute_v1, journey
-- A journey counts once nothing can change it any more: this holds when the job was drained, or the days are closed.
WITH
by_minute AS (
  SELECT
    store_id, lane_id, sum(joined) AS joined, sum(served) AS served, sum(abandoned) AS abandoned,
    sum(censored) AS censored, sum(wait_ms) AS wait_ms, sum(served_over_target) AS served_over_target,
    sum(queue_ms) AS queue_ms
  FROM lane_minute_v1
  GROUP BY store_id, lane_id
),
by_journey AS (
  SELECT
    store_id, lane_id, count(*) AS joined,
    count(*) FILTER (WHERE outcome = 'served') AS served,
    count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned,
    count(*) FILTER (WHERE outcome = 'censored') AS censored,
    sum(CAST(round(COALESCE(wait_seconds, 0) * 1000) AS BIGINT)) AS wait_ms,
    count(*) FILTER (WHERE is_over_target) AS served_over_target,
    sum(CAST(round(queue_seconds * 1000) AS BIGINT)) AS queue_ms
  FROM journey
  GROUP BY store_id, lane_id
),
by_bucket AS (
  SELECT
    store_id, lane_id, sum(bucket."count") AS served,
    sum(bucket."count" * bucket.lower_ms) AS least_ms,
    sum(bucket."count" * CASE WHEN bucket.lower_ms = 0 THEN 100 ELSE floor(bucket.lower_ms * 11 / 10e0) END) AS most_ms
  FROM lane_minute_v1
  CROSS JOIN UNNEST(wait_histogram) AS bucket
  GROUP BY store_id, lane_id
)
SELECT
  COALESCE(by_minute.store_id, by_journey.store_id) AS store_id,
  COALESCE(by_minute.lane_id, by_journey.lane_id) AS lane_id,
  by_minute.joined AS joined_by_minute, by_journey.joined AS joined_by_journey,
  by_minute.served AS served_by_minute, by_journey.served AS served_by_journey, by_bucket.served AS served_by_bucket,
  by_minute.abandoned AS abandoned_by_minute, by_journey.abandoned AS abandoned_by_journey,
  by_minute.censored AS censored_by_minute, by_journey.censored AS censored_by_journey,
  by_minute.wait_ms AS wait_ms_by_minute, by_journey.wait_ms AS wait_ms_by_journey,
  by_bucket.least_ms, by_bucket.most_ms,
  by_minute.queue_ms AS queue_ms_by_minute, by_journey.queue_ms AS queue_ms_by_journey
FROM by_minute
FULL OUTER JOIN by_journey ON by_minute.store_id = by_journey.store_id AND by_minute.lane_id = by_journey.lane_id
LEFT JOIN by_bucket ON by_minute.store_id = by_bucket.store_id AND by_minute.lane_id = by_bucket.lane_id
WHERE by_minute.lane_id IS NULL
  OR by_minute.joined <> COALESCE(by_journey.joined, 0)
  OR by_minute.served <> COALESCE(by_journey.served, 0)
  OR by_minute.abandoned <> COALESCE(by_journey.abandoned, 0)
  OR by_minute.censored <> COALESCE(by_journey.censored, 0)
  OR by_minute.wait_ms <> COALESCE(by_journey.wait_ms, 0)
  OR by_minute.served_over_target <> COALESCE(by_journey.served_over_target, 0)
  OR by_minute.queue_ms <> COALESCE(by_journey.queue_ms, 0)
  OR by_minute.served <> COALESCE(by_bucket.served, 0)
  OR by_minute.wait_ms < by_bucket.least_ms OR (by_minute.wait_ms >= by_bucket.most_ms AND by_bucket.served > 0)
