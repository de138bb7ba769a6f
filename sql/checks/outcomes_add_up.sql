-- check: received = accepted + rejected + late + duplicate, in each store and in all.
-- level: fail
-- reads: sent, event_v1, rejected_v1
-- A store's received are the records at distinct places in the stream; '' holds those that name no store.
WITH
stored AS (
  SELECT store_id, shard_id, sequence_number, CASE WHEN is_late THEN 'late' ELSE 'accepted' END AS outcome
  FROM event_v1
  UNION ALL
  -- A late event is in both tables: its outcome is told by event_v1, and must be the same here.
  SELECT
    COALESCE(store_id, ''), shard_id, sequence_number,
    CASE reason WHEN 'late' THEN 'late, named' WHEN 'duplicate' THEN 'duplicate' ELSE 'rejected' END
  FROM rejected_v1
),
received AS (
  SELECT store_id, count(*) AS received
  FROM (SELECT DISTINCT store_id, shard_id, sequence_number FROM stored) AS places
  GROUP BY store_id
  UNION ALL
  SELECT NULL, count(*) FROM sent
),
counted AS (
  SELECT
    store_id,
    count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
    count(*) FILTER (WHERE outcome = 'late') AS late,
    count(*) FILTER (WHERE outcome = 'late, named') AS late_named,
    count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate,
    count(*) FILTER (WHERE outcome = 'rejected') AS rejected
  FROM stored
  GROUP BY GROUPING SETS ((store_id), ())
)
SELECT COALESCE(received.store_id, 'in all') AS store_id, received, accepted, rejected, late, late_named, duplicate
FROM received
JOIN counted ON COALESCE(received.store_id, 'in all') = COALESCE(counted.store_id, 'in all')
WHERE received <> accepted + rejected + late + duplicate OR late <> late_named
