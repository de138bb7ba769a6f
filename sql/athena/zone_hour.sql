-- question: How full was each zone, hour by hour, how long did customers stay, and how well was it watched?
-- grain: one zone and UTC hour
-- reads: zone_minute_v1, dwell_minute_v1
-- quality: coverage, camera_up_share, late_share, lost_share
-- column: window_start = Start of the UTC hour, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: dwell_seconds_mean = Mean dwell of the hour's visits, in seconds; null without visits
-- A minute without a row counts as not watched. An hour that is not over has a low coverage for that reason alone.
WITH
facts AS (
  SELECT
    store_id, zone_id, zone_kind, lane_id, window_start, occupancy_max, person_ms, interval_ms, entered, "left",
    staff_person_ms, coverage, camera_up_share, late_share,
    0 AS visits, 0 AS pass_throughs, 0 AS staff_visits, 0 AS dwell_ms, 0 AS lost_visits
  FROM zone_minute_v1
  UNION ALL
  SELECT
    store_id, zone_id, zone_kind, NULL, window_start, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL,
    visits, pass_throughs, staff_visits, dwell_ms, lost_visits
  FROM dwell_minute_v1
),
summed AS (
  SELECT
    store_id, zone_id, date_trunc('hour', window_start) AS window_start,
    max(zone_kind) AS zone_kind,
    max(lane_id) AS lane_id,
    max(occupancy_max) AS occupancy_max,
    CAST(sum(person_ms) AS BIGINT) AS person_ms,
    CAST(sum(interval_ms) AS BIGINT) AS interval_ms,
    CAST(sum(entered) AS BIGINT) AS entered,
    CAST(sum("left") AS BIGINT) AS "left",
    CAST(sum(staff_person_ms) AS BIGINT) AS staff_person_ms,
    CAST(sum(visits) AS BIGINT) AS visits,
    CAST(sum(pass_throughs) AS BIGINT) AS pass_throughs,
    CAST(sum(staff_visits) AS BIGINT) AS staff_visits,
    CAST(sum(dwell_ms) AS BIGINT) AS dwell_ms,
    CAST(sum(lost_visits) AS BIGINT) AS lost_visits,
    sum(coverage) / 60e0 AS coverage,
    avg(camera_up_share) AS camera_up_share,
    -- By the time watched, for rows do not tell the number of snapshots: the same while their length stays the same.
    sum(late_share * interval_ms) / NULLIF(sum(interval_ms) FILTER (WHERE late_share IS NOT NULL), 0) AS late_share
  FROM facts
  GROUP BY store_id, zone_id, date_trunc('hour', window_start)
),
measured AS (
  SELECT
    *,
    -- An hour that only corrects earlier ones has no share of its own.
    CASE
      WHEN visits + pass_throughs > 0 AND lost_visits >= 0
        THEN CAST(lost_visits AS DOUBLE) / (visits + pass_throughs)
    END AS lost_share
  FROM summed
)
SELECT
  store_id, zone_id, zone_kind, lane_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  CAST(person_ms AS DOUBLE) / NULLIF(interval_ms, 0) AS occupancy_mean,
  occupancy_max, person_ms, interval_ms, entered, "left", staff_person_ms,
  visits, pass_throughs, staff_visits, dwell_ms, lost_visits,
  CASE WHEN visits > 0 THEN CAST(dwell_ms AS DOUBLE) / visits / 1000 END AS dwell_seconds_mean,
  coverage, camera_up_share, late_share, lost_share,
  ${quality} AS quality
FROM measured
