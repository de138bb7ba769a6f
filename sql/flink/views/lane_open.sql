-- question: For how long of each interval was each lane open?
-- grain: one lane and interval
-- reads: snapshot
-- window: none; the state of a store's lanes is kept for the state's time to live
-- lateness: on time only
WITH
-- Only what is looked at is kept until its turn in the order of time: a few zones of many.
at_tills AS (
  SELECT store_id, rowtime, interval_ms, ZONES_OF_KIND(zones, 'service') AS zones FROM snapshot
),
opened AS (
  SELECT
    store_id, rowtime,
    LANES_OPEN(zones, interval_ms) OVER (
      PARTITION BY store_id
      ORDER BY rowtime
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS lanes
  FROM at_tills
  WHERE CARDINALITY(zones) > 0
)
SELECT store_id, lane_id, rowtime, open_ms
FROM opened
CROSS JOIN UNNEST(lanes) AS lane (lane_id, open_ms)
