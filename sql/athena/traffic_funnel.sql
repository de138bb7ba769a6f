-- question: How many of each store's visitors went into aisles, joined a queue and were served, and how many gave up?
-- grain: one period and store
-- reads: period_v1, traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1, coverage_hour
-- order: visitors DESC NULLS LAST, store_id
-- chart: bar x=store_id y=served_per_visitor
-- column: visitors = Customers who came in over all lines; null when no line has a row
-- column: aisle_visits = Customer visits of at least 5 s to aisles: one visitor makes several
-- column: joined = Queue journeys, whatever the outcome; null when no lane has a row
-- column: served = Queue journeys that were served
-- column: abandoned = Queue journeys that gave up
-- column: aisle_visits_per_visitor = aisle_visits / visitors
-- column: dwell_share = Share of the stays in aisles that were visits: those shorter than 5 s only passed through
-- column: joined_per_visitor = joined / visitors; who shops in a group joins once, but comes in as several
-- column: served_per_visitor = served / visitors
-- column: served_share = served / joined; the rest gave up, or their end was not seen
-- column: abandonment_rate = abandoned / joined
-- column: traffic_coverage = Share of the open hours in which the doors were watched
-- column: zone_coverage = Share of the open hours in which the zones were watched
-- column: lane_coverage = Share of the open hours in which the lanes were watched
-- column: coverage = The lowest of the three: a rate is worth no more than its worse half
-- column: is_suppressed = A figure is left out, as it counts so few that it could tell of a person
-- Nobody is followed from door to till: these are counts of different people in the same store and time.
WITH
part AS (
  SELECT
    store_id, business_date, in_count AS visitors,
    CAST(NULL AS BIGINT) AS aisle_visits, CAST(NULL AS BIGINT) AS pass_throughs,
    CAST(NULL AS BIGINT) AS joined, CAST(NULL AS BIGINT) AS served, CAST(NULL AS BIGINT) AS abandoned,
    CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS DOUBLE) AS hours_open, CAST(NULL AS DOUBLE) AS hours_watched
  FROM traffic_local_hour_v1
  UNION ALL
  SELECT store_id, business_date, NULL, visits, pass_throughs, NULL, NULL, NULL, NULL, NULL, NULL
  FROM zone_local_hour_v1
  WHERE zone_kind = 'aisle'
  UNION ALL
  SELECT store_id, business_date, NULL, NULL, NULL, joined, served, abandoned, NULL, NULL, NULL
  FROM lane_local_hour_v1
  UNION ALL
  SELECT
    store_id, business_date, NULL, NULL, NULL, NULL, NULL, NULL, kind, open_share, open_share * coverage
  FROM coverage_hour
),
store_day AS (
  SELECT
    store_id, business_date,
    CAST(sum(visitors) AS BIGINT) AS visitors,
    CAST(sum(aisle_visits) AS BIGINT) AS aisle_visits,
    CAST(sum(pass_throughs) AS BIGINT) AS pass_throughs,
    CAST(sum(joined) AS BIGINT) AS joined,
    CAST(sum(served) AS BIGINT) AS served,
    CAST(sum(abandoned) AS BIGINT) AS abandoned,
    sum(hours_open) FILTER (WHERE kind = 'traffic') AS hours_open,
    sum(hours_watched) FILTER (WHERE kind = 'traffic') AS traffic_hours,
    sum(hours_watched) FILTER (WHERE kind = 'zones') AS zone_hours,
    sum(hours_watched) FILTER (WHERE kind = 'lanes') AS lane_hours
  FROM part
  GROUP BY store_id, business_date
),
summed AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, store_day.store_id,
    CAST(sum(store_day.visitors) AS BIGINT) AS visitors,
    CAST(sum(store_day.aisle_visits) AS BIGINT) AS aisle_visits,
    CAST(sum(store_day.pass_throughs) AS BIGINT) AS pass_throughs,
    CAST(sum(store_day.joined) AS BIGINT) AS joined,
    CAST(sum(store_day.served) AS BIGINT) AS served,
    CAST(sum(store_day.abandoned) AS BIGINT) AS abandoned,
    round(sum(store_day.traffic_hours) / sum(store_day.hours_open), 6) AS traffic_coverage,
    round(sum(store_day.zone_hours) / sum(store_day.hours_open), 6) AS zone_coverage,
    round(sum(store_day.lane_hours) / sum(store_day.hours_open), 6) AS lane_coverage
  FROM period_v1
  INNER JOIN store_day ON store_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, period_v1.period_kind, store_day.store_id
),
shown AS (
  SELECT
    period_id, period_kind, store_id,
    CASE WHEN visitors = 0 OR visitors >= ${smallest_cell} THEN visitors END AS visitors,
    CASE WHEN aisle_visits = 0 OR aisle_visits >= ${smallest_cell} THEN aisle_visits END AS aisle_visits,
    CASE WHEN pass_throughs = 0 OR pass_throughs >= ${smallest_cell} THEN pass_throughs END AS pass_throughs,
    CASE WHEN joined = 0 OR joined >= ${smallest_cell} THEN joined END AS joined,
    CASE WHEN served = 0 OR served >= ${smallest_cell} THEN served END AS served,
    CASE WHEN abandoned = 0 OR abandoned >= ${smallest_cell} THEN abandoned END AS abandoned,
    COALESCE(visitors BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(aisle_visits BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(pass_throughs BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(joined BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(served BETWEEN 1 AND ${smallest_cell} - 1, FALSE)
      OR COALESCE(abandoned BETWEEN 1 AND ${smallest_cell} - 1, FALSE) AS is_suppressed,
    traffic_coverage, zone_coverage, lane_coverage
  FROM summed
)
SELECT
  period_id, period_kind, store_id, visitors, aisle_visits, joined, served, abandoned,
  CAST(aisle_visits AS DOUBLE) / NULLIF(visitors, 0) AS aisle_visits_per_visitor,
  CAST(aisle_visits AS DOUBLE) / NULLIF(aisle_visits + pass_throughs, 0) AS dwell_share,
  CAST(joined AS DOUBLE) / NULLIF(visitors, 0) AS joined_per_visitor,
  CAST(served AS DOUBLE) / NULLIF(visitors, 0) AS served_per_visitor,
  CAST(served AS DOUBLE) / NULLIF(joined, 0) AS served_share,
  CAST(abandoned AS DOUBLE) / NULLIF(joined, 0) AS abandonment_rate,
  traffic_coverage, zone_coverage, lane_coverage,
  least(traffic_coverage, zone_coverage, lane_coverage) AS coverage,
  is_suppressed
FROM shown
