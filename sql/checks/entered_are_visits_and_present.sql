-- check: Who entered a zone has a visit, or is still there: stays that ended = left, and entered = left + present.
-- level: warn
-- reads: event_v1
-- joined = served + abandoned + censored + still present, counted in stays: the snapshots count people, the visits tell
-- them. It holds for a boot of a device all of whose snapshots of the zone came, from the first on, without a gap.
WITH
looks AS (
  SELECT
    store_id, device_id, boot_id, event_time, snapshot.interval_ms AS interval_ms,
    zone.zone_id AS zone_id, zone.entered AS entered, zone."left" AS "left", zone."count" AS present
  FROM (SELECT * FROM event_v1 WHERE kind = 'snapshot') AS snapshots
  CROSS JOIN UNNEST(snapshot.zones) AS zone
),
ordered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY store_id, device_id, boot_id, zone_id ORDER BY event_time DESC) AS age,
    lag(event_time) OVER (PARTITION BY store_id, device_id, boot_id, zone_id ORDER BY event_time) AS previous_time,
    lag(interval_ms) OVER (PARTITION BY store_id, device_id, boot_id, zone_id ORDER BY event_time) AS previous_ms
  FROM looks
),
watched AS (
  SELECT
    store_id, device_id, boot_id, zone_id, min(event_time) AS first_time, max(event_time) AS last_time,
    sum(entered) AS entered, sum("left") AS "left",
    max(present) FILTER (WHERE age = 1) AS present,
    max(interval_ms) FILTER (WHERE age = 1) AS last_interval_ms,
    count(*) FILTER (WHERE event_time > previous_time + INTERVAL '1' SECOND * (previous_ms / 1000e0)) AS gaps
  FROM ordered
  GROUP BY store_id, device_id, boot_id, zone_id
),
stays AS (
  SELECT watched.store_id, watched.device_id, watched.boot_id, watched.zone_id, count(*) AS stays
  FROM watched
  JOIN event_v1 AS event
    ON event.store_id = watched.store_id AND event.device_id = watched.device_id AND event.boot_id = watched.boot_id
    AND event.visit.zone_id = watched.zone_id
  WHERE event.kind = 'visit' AND NOT event.visit.is_staff
    AND event.event_time < watched.last_time + INTERVAL '1' SECOND * (last_interval_ms / 1000e0)
  GROUP BY watched.store_id, watched.device_id, watched.boot_id, watched.zone_id
)
SELECT
  watched.store_id, watched.device_id, watched.boot_id, watched.zone_id,
  entered, "left", present, COALESCE(stays, 0) AS stays
FROM watched
LEFT JOIN stays
  ON watched.store_id = stays.store_id AND watched.device_id = stays.device_id AND watched.boot_id = stays.boot_id
  AND watched.zone_id = stays.zone_id
WHERE gaps = 0 AND (entered <> "left" + present OR "left" <> COALESCE(stays, 0))
