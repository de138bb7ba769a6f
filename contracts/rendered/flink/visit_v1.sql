CREATE TABLE `visit_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `visit_id` STRING NOT NULL COMMENT 'zone_id/track_id/entered_ms of the visit''s first stay',
    `revision` BIGINT NOT NULL COMMENT 'Counts the changes: of rows with the same id, the highest is valid',
    `zone_id` STRING NOT NULL COMMENT 'Zone, unique within its store',
    `zone_kind` STRING NOT NULL COMMENT 'What the zone is used for: aisle, queue, service, entrance or other',
    `lane_id` STRING COMMENT 'Checkout lane of a queue or service zone',
    `camera_id` STRING NOT NULL COMMENT 'Camera that watches the zone',
    `track_id` STRING NOT NULL COMMENT 'Track, random per boot and rotated daily: no lasting identity',
    `entered_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'First instant of the visit',
    `left_time` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Last instant of the visit so far',
    `dwell_seconds` DOUBLE NOT NULL COMMENT 'left_time - entered_time, in seconds',
    `is_pass_through` BOOLEAN NOT NULL COMMENT 'The visit was shorter than 5 s: counted apart',
    `is_staff` BOOLEAN NOT NULL COMMENT 'One of the visit''s stays was recognised as staff''s',
    `end` STRING NOT NULL COMMENT 'How the stay ended: seen to leave, lost from sight, or cut by the end of the day',
    `merged_into` STRING COMMENT 'Visit of which this one was found to be a part',
    `event_id` STRING NOT NULL COMMENT 'Event that made this revision'
) COMMENT 'Visits to zones. Stays of one person in one zone less than 30 s apart are one visit. A stay that continues a visit, or a `track_merge` that joins two, writes it again with the next revision; a visit that was found to be part of another one says so in `merged_into` and counts no more.'
