-- question: Which events do the stream's facts stand on?
-- grain: one event
-- reads: distinct_event
-- window: none
-- lateness: late events are left to the reconciliation of their day
SELECT * FROM distinct_event WHERE NOT is_late
