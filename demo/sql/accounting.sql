-- question: What became of every received record?
SELECT
  (SELECT count(*) FROM event WHERE NOT is_late) AS accepted,
  (SELECT count(DISTINCT event_id) FROM event) AS distinct_events,
  (SELECT count(*) FROM event) AS events,
  (SELECT count(*) FROM rejected WHERE reason NOT IN ('late', 'duplicate')) AS rejected,
  (SELECT count(*) FROM rejected WHERE reason = 'late') AS late,
  (SELECT count(*) FROM event WHERE is_late) AS late_events,
  (SELECT count(*) FROM rejected WHERE reason = 'duplicate') AS duplicate
