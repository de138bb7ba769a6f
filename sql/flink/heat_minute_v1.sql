-- question: Where in each camera's picture did customers stand, minute by minute?
-- grain: one camera, minute and cell
-- reads: event
-- writes: heat_minute_v1
-- window: the device's own minute, reported at its last millisecond
-- lateness: on time only
WITH heat_event AS (
  SELECT
    store_id, event_time_ms - MOD(event_time_ms, 60000) AS minute_ms,
    heat.camera_id AS camera_id, heat.grid.w AS grid_w, heat.grid.h AS grid_h, heat.cells AS cells
  FROM event
  WHERE kind = 'heat'
)
SELECT
  store_id, camera_id,
  TO_TIMESTAMP_LTZ(minute_ms, 3) AS window_start,
  TO_TIMESTAMP_LTZ(minute_ms + 60000, 3) AS window_end,
  grid_w, grid_h, cell_index, person_ms
FROM heat_event
CROSS JOIN UNNEST(cells) AS cell (cell_index, person_ms)
