-- question: How many records came from each store on each day, and what became of them?
-- grain: one store and date of arrival
-- reads: accounting_hour_v1, store_v1
-- order: business_date DESC, store_id
-- chart: line x=business_date y=received by=store_id
-- column: store_id = Store; empty for records that name none
-- column: business_date = Date where the store is
-- column: received = Records by their place in the stream, counted once each
-- column: accepted = Events that count, late ones apart
-- column: rejected = Records that could not be used: rejected_v1 says why
-- column: late = Events behind the watermark, counted once the day is reconciled
-- column: duplicates = Events that had come before
-- A store that store_v1 does not describe, and records that name none, have the days of UTC.
SELECT
  hours.store_id,
  CAST(at_timezone(hours.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_date,
  CAST(sum(hours.received) AS BIGINT) AS received,
  CAST(sum(hours.accepted) AS BIGINT) AS accepted,
  CAST(sum(hours.rejected) AS BIGINT) AS rejected,
  CAST(sum(hours.late) AS BIGINT) AS late,
  CAST(sum(hours.duplicate) AS BIGINT) AS duplicates
FROM accounting_hour_v1 AS hours
LEFT JOIN store_v1 ON store_v1.store_id = hours.store_id
GROUP BY hours.store_id, CAST(at_timezone(hours.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date)
