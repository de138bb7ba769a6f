CREATE TABLE `visit_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `visit_id` STRING NOT NULL COMMENT 'zone_id/track_id/entered_ms',
    `revision` BIGINT NOT NULL COMMENT '1 for the first stay, one more for each stay that continues the visit',
    `zone_id` STRING NOT NULL COMMENT 'Zone, unique within its store',
    `zone_kind` STRING NOT NULL COMMENT 'What the zone is used for: aisle, queue, service, entrance or other',
    `lane_id` STRING COMMENT 'Checkout lane of a queue or service zone',
    `camera_id` STRING NOT NULL COMMENT 'Camera that watches the zone',
    `track_id` STRING NOT NULL COMMENT 'Track, random per boot and rotated daily: no lasting identity',
    `entered_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'First instant of the visit',
    `left_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Last instant of the visit so far',
    `dwell_seconds` DOUBLE NOT NULL COMMENT 'left_time - entered_time, in seconds',
    `is_pass_through` BOOLEAN NOT NULL COMMENT 'The visit was shorter than 5 s: counted apart',
    `is_staff` BOOLEAN NOT NULL COMMENT 'The track was recognised as staff',
    `end` STRING NOT NULL COMMENT 'How the stay ended: seen to leave, lost from sight, or cut by the end of the day',
    `event_id` STRING NOT NULL COMMENT 'Event that closed the stay'
) COMMENT 'Visits to zones. Stays of one track in one zone less than 30 s apart are one visit: the later stay writes the longer visit again with the next revision.'
