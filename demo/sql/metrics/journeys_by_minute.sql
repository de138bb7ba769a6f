-- question: Do the minutes of the lanes add up to the same journeys?
-- unit: journeys
-- within: 0
WITH
lanes AS (
  SELECT
    lane_id,
    sum(joined) AS minutes_joined,
    sum(served) AS minutes_served,
    sum(abandoned) AS minutes_abandoned,
    sum(censored) AS minutes_censored,
    sum(served_over_target) AS minutes_served_over_target
  FROM lane_minute
  GROUP BY GROUPING SETS ((), (lane_id))
)
SELECT metric || coalesce('.' || lane_id, '') AS name, value
FROM (
  UNPIVOT lanes
  ON minutes_joined, minutes_served, minutes_abandoned, minutes_censored, minutes_served_over_target
  INTO NAME metric VALUE value
)
