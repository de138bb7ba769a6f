-- question: Does the place of a lane in the row matter: how much of the load, and how long a wait, by its position?
-- grain: one period, kind of lane and position in the row of lanes, over the chain
-- reads: period_v1, lane_local_hour_v1, lane_v1, open_hour, store_day_v1
-- order: lane_kind, position
-- chart: bar x=position y=load_index by=lane_kind
-- column: stores = Stores that have a lane there
-- column: served = Customers who were served
-- column: load_index = Served at these lanes over as many if each store's lanes of the kind had shared alike: 1 is even
-- column: wait_seconds_mean = Mean wait of the served, in seconds
-- column: service_level = Share of the served who waited at most the target
-- column: service_seconds_mean = Mean time in service: presence in the service zone over the served
-- column: coverage = Share of the stores' open hours in which these lanes were watched
-- column: is_suppressed = Figures are left out, as they count so few that they could tell of a person
-- A pattern, no cause: lanes near the entrance are also open for longer. Position 1 is the nearest to the entrance.
WITH
lane_day AS (
  SELECT
    facts.store_id, facts.lane_id, facts.business_date,
    CAST(sum(facts.served) AS BIGINT) AS served,
    CAST(sum(facts.served_over_target) AS BIGINT) AS served_over_target,
    CAST(sum(facts.wait_ms) AS BIGINT) AS wait_ms,
    CAST(sum(facts.service_person_ms) AS BIGINT) AS service_person_ms,
    COALESCE(sum(facts.coverage * open_hour.open_share), 0e0) AS hours_watched
  FROM lane_local_hour_v1 AS facts
  LEFT JOIN open_hour
    ON open_hour.store_id = facts.store_id
    AND open_hour.business_date = facts.business_date
    AND open_hour.window_start = facts.window_start
  GROUP BY facts.store_id, facts.lane_id, facts.business_date
),
store_open AS (
  SELECT period_v1.period_id, trading.store_id, sum(trading.open_hours) AS hours_open
  FROM period_v1
  INNER JOIN store_day_v1 AS trading ON trading.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WHERE trading.is_open
  GROUP BY period_v1.period_id, trading.store_id
),
lane AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, lane_day.store_id, lane_day.lane_id,
    CAST(sum(lane_day.served) AS BIGINT) AS served,
    CAST(sum(lane_day.served_over_target) AS BIGINT) AS served_over_target,
    CAST(sum(lane_day.wait_ms) AS BIGINT) AS wait_ms,
    CAST(sum(lane_day.service_person_ms) AS BIGINT) AS service_person_ms,
    sum(lane_day.hours_watched) AS hours_watched
  FROM period_v1
  INNER JOIN lane_day ON lane_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, period_v1.period_kind, lane_day.store_id, lane_day.lane_id
),
placed AS (
  SELECT
    lane.*, lane_v1.lane_kind, lane_v1.position, store_open.hours_open,
    avg(CAST(lane.served AS DOUBLE)) OVER (PARTITION BY lane.period_id, lane.store_id, lane_v1.lane_kind) AS even_served
  FROM lane
  INNER JOIN lane_v1 ON lane_v1.store_id = lane.store_id AND lane_v1.lane_id = lane.lane_id
  LEFT JOIN store_open ON store_open.period_id = lane.period_id AND store_open.store_id = lane.store_id
),
summed AS (
  SELECT
    period_id, period_kind, lane_kind, position,
    count(DISTINCT store_id) AS stores,
    CAST(sum(served) AS BIGINT) AS served,
    CAST(sum(served) AS DOUBLE) AS people,
    CAST(sum(served_over_target) AS DOUBLE) AS served_over_target,
    CAST(sum(wait_ms) AS DOUBLE) AS wait_ms,
    CAST(sum(service_person_ms) AS DOUBLE) AS service_person_ms,
    sum(even_served) AS even_served,
    round(sum(hours_watched) / NULLIF(sum(hours_open), 0e0), 6) AS coverage,
    sum(served) = 0 OR sum(served) >= ${smallest_cell} AS is_shown
  FROM placed
  GROUP BY period_id, period_kind, lane_kind, position
)
SELECT
  period_id, period_kind, lane_kind, position, stores,
  CASE WHEN is_shown THEN served END AS served,
  CASE WHEN is_shown THEN people / NULLIF(even_served, 0e0) END AS load_index,
  CASE WHEN is_shown THEN wait_ms / NULLIF(people, 0e0) / 1000e0 END AS wait_seconds_mean,
  CASE WHEN is_shown THEN 1e0 - served_over_target / NULLIF(people, 0e0) END AS service_level,
  CASE WHEN is_shown THEN service_person_ms / NULLIF(people, 0e0) / 1000e0 END AS service_seconds_mean,
  coverage,
  NOT is_shown AS is_suppressed
FROM summed
