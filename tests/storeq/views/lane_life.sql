-- question: From when to when has each lane been watched?
-- grain: one lane
-- reads: lane_local_hour_v1
-- column: first_date = First day with a row
-- column: last_date = Last day with a row
SELECT store_id, lane_id, min(business_date) AS first_date, max(business_date) AS last_date
FROM lane_local_hour_v1
GROUP BY store_id, lane_id
