-- question: How many were served at each lane on each day?
-- grain: one lane and date
-- reads: lane_local_hour_v1
-- margin: 3 days
-- order: served DESC
-- chart: line x=business_date y=served by=lane_id
-- column: served = Journeys that were served
SELECT store_id, lane_id, business_date, CAST(sum(served) AS BIGINT) AS served
FROM lane_local_hour_v1
GROUP BY store_id, lane_id, business_date
