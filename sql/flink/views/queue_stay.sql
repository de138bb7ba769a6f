-- question: When did the customer of each stay in a queue join it?
-- grain: one stay of a customer in a lane's queue zone
-- reads: lane_stay
-- window: none; the joining is kept for the state's time to live
-- lateness: on time only
WITH joining AS (
  SELECT
    *,
    -- A stay joins the queue anew unless it continues one: the same rule as for visits.
    CASE
      WHEN previous_kind = 'queue' AND entered_ms - previous_left_ms < ${visit_gap_ms} THEN CAST(NULL AS BIGINT)
      ELSE entered_ms
    END AS joining_ms
  FROM lane_stay
)
SELECT
  store_id, lane_id, track_id, zone_kind, left_ms, `end`, rowtime,
  MAX(joining_ms) OVER (
    PARTITION BY store_id, lane_id, track_id
    ORDER BY rowtime
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS joined_ms
FROM joining
