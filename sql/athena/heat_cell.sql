-- question: Where in each camera's picture did customers stand, hour by hour?
-- grain: one store, camera, date, hour of the day and cell
-- reads: heat_minute_v1, store_v1
-- order: business_date DESC, store_id, camera_id, hour_of_day, cell_y, cell_x
-- chart: heat x=cell_x y=cell_y by=person_seconds
-- column: business_date = Date where the store is
-- column: hour_of_day = Hour on the clock where the store is, 0 to 23
-- column: cell_x = Column of the cell, 0 is the left one
-- column: cell_y = Row of the cell, 0 is the top one
-- column: person_seconds = Time spent in the cell, over all customers
SELECT
  heat.store_id, heat.camera_id,
  CAST(at_timezone(heat.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_date,
  CAST(
    hour(CAST(at_timezone(heat.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS timestamp)) AS INTEGER
  ) AS hour_of_day,
  CAST(mod(heat.cell_index, heat.grid_w) AS INTEGER) AS cell_x,
  CAST(floor(CAST(heat.cell_index AS DOUBLE) / heat.grid_w) AS INTEGER) AS cell_y,
  heat.grid_w, heat.grid_h,
  CAST(sum(heat.person_ms) AS DOUBLE) / 1000e0 AS person_seconds
FROM heat_minute_v1 AS heat
LEFT JOIN store_v1 ON store_v1.store_id = heat.store_id
GROUP BY
  heat.store_id, heat.camera_id, heat.cell_index, heat.grid_w, heat.grid_h,
  CAST(at_timezone(heat.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date),
  CAST(hour(CAST(at_timezone(heat.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS timestamp)) AS INTEGER)
