-- question: Which visits and journeys does each stay, or merge, make or change?
-- grain: one stay or merge
-- reads: stay
-- window: none; a person is remembered for ${journey_horizon_minutes} minutes after the last stay
-- lateness: on time only
SELECT
  store_id, event_id, rowtime,
  FOLLOW_PEOPLE(
    event_time_ms, CAST(${visit_gap_ms} AS BIGINT), CAST(${journey_horizon_minutes} * 60000 AS BIGINT),
    from_track_id, track_id, zone_id, zone_kind, lane_id, camera_id, entered_ms, left_ms, `end`, is_staff
  ) OVER (
    PARTITION BY store_id, device_id
    ORDER BY rowtime
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS changes
FROM stay
