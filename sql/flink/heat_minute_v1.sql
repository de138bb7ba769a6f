-- question: Where in each camera's picture did customers stand, minute by minute?
-- grain: one camera, minute and cell
-- reads: event, camera_minute
-- writes: heat_minute_v1
-- window: tumbling, 1 minute; a device reports its minute at the last millisecond
-- lateness: on time only
-- quality: camera_up_share
WITH
heat_event AS (
  SELECT
    store_id, rowtime, heat.camera_id AS camera_id, heat.grid.w AS grid_w, heat.grid.h AS grid_h, heat.cells AS cells
  FROM event
  WHERE kind = 'heat'
),
heat_minute AS (
  SELECT * FROM TABLE(TUMBLE(TABLE heat_event, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
),
watched AS (
  SELECT
    heat_minute.store_id, heat_minute.camera_id, heat_minute.window_start, heat_minute.window_end,
    grid_w, grid_h, cells, camera_minute.up_share AS camera_up_share
  FROM heat_minute
  LEFT JOIN camera_minute
    ON heat_minute.store_id = camera_minute.store_id
    AND heat_minute.camera_id = camera_minute.camera_id
    AND heat_minute.window_start = camera_minute.window_start
    AND heat_minute.window_end = camera_minute.window_end
)
SELECT
  store_id, camera_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  grid_w, grid_h, cell_index, person_ms,
  camera_up_share, ${quality} AS quality
FROM watched
CROSS JOIN UNNEST(cells) AS cell (cell_index, person_ms)
