-- question: Which period, region and store does a dashboard show first to each group of people?
-- grain: one group of people
-- reads: viewer_scope, store_v1, period_choice
-- order: group_name
-- column: period_id = The latest month that is over and has data
-- column: region = The group's region; null but for the group of a region
-- column: store_id = The group's store; null but for the group of a store
-- Groups are those of viewer_scope, each with the store or region that it is named for.
WITH
own AS (
  SELECT
    viewer_scope.group_name,
    max(CASE WHEN viewer_scope.group_name = 'store-traffic-region-' || store_v1.region THEN store_v1.region END)
      AS region,
    max(CASE WHEN viewer_scope.group_name = 'store-traffic-store-' || store_v1.store_id THEN store_v1.store_id END)
      AS store_id
  FROM viewer_scope
  INNER JOIN store_v1 ON store_v1.store_id = viewer_scope.scope
  GROUP BY viewer_scope.group_name
)
SELECT own.group_name, period_choice.period_id, own.region, own.store_id
FROM own
INNER JOIN period_choice ON period_choice.period_kind = 'month' AND period_choice.is_latest
