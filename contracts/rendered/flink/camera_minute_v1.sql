CREATE TABLE `camera_minute_v1` (
    `store_id` STRING NOT NULL COMMENT 'Store',
    `device_id` STRING NOT NULL COMMENT 'Edge device',
    `window_start` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'Start of the window, inclusive',
    `window_end` TIMESTAMP_LTZ(3) NOT NULL COMMENT 'End of the window, exclusive',
    `camera_id` STRING NOT NULL COMMENT 'Camera',
    `state` STRING NOT NULL COMMENT 'What the pictures are like',
    `frames_expected` INT NOT NULL COMMENT 'Frames that should have been analysed',
    `frames_seen` INT NOT NULL COMMENT 'Frames that were analysed',
    `inference_ms_p50` DOUBLE NOT NULL COMMENT 'Median time of one inference',
    `spooled_events` INT NOT NULL COMMENT 'Events waiting on the device to be sent',
    `model_sha256` STRING COMMENT 'Digest of the detector''s model, if any',
    `frames_dropped` INT COMMENT 'Frames left out on purpose: analysis was too slow for them',
    `decode_errors` INT COMMENT 'Packets or frames that could not be decoded',
    `is_moved` BOOLEAN COMMENT 'It looks at another scene than its zones were drawn on',
    `up_share` DOUBLE NOT NULL COMMENT 'frames_seen / frames_expected, at most 1',
    `quality` STRING NOT NULL COMMENT 'How far to trust the row: see docs/metrics.md'
) COMMENT 'Health of each camera, minute by minute.'
