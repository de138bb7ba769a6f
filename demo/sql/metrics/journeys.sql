-- question: How did the queue journeys end, in the store and at each lane?
-- unit: journeys
-- within: 0
WITH
lanes AS (
  SELECT
    lane_id,
    count(*) AS joined,
    count(*) FILTER (outcome = 'served') AS served,
    count(*) FILTER (outcome = 'abandoned') AS abandoned,
    count(*) FILTER (outcome = 'censored') AS censored,
    count(*) FILTER (is_over_target) AS served_over_target
  FROM journey
  GROUP BY GROUPING SETS ((), (lane_id))
)
SELECT metric || coalesce('.' || lane_id, '') AS name, value
FROM (UNPIVOT lanes ON joined, served, abandoned, censored, served_over_target INTO NAME metric VALUE value)
