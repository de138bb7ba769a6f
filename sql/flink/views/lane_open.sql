-- question: For how long of each minute was each lane open?
-- grain: one lane and minute in which it was watched
-- reads: store_minute
-- window: that of store_minute; the state of a store's lanes is kept for the state's time to live
-- lateness: on time only
WITH opened AS (
  SELECT
    store_id, rowtime,
    LANES_OPEN(presences) OVER (
      PARTITION BY store_id
      ORDER BY rowtime
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS lanes
  FROM store_minute
  WHERE CARDINALITY(presences) > 0
)
SELECT store_id, lane_id, rowtime, open_ms
FROM opened
CROSS JOIN UNNEST(lanes) AS lane (lane_id, open_ms)
