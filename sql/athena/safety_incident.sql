-- question: Which hazards does each store have, where and at which hours, what did people find, how soon did they act?
-- grain: one period, store, hazard label, zone and hour of the day
-- reads: period_v1, store_v1, hazard_v1, alert_v1, alert_action_v1, coverage_hour
-- margin: 28 days
-- order: store_id, candidates DESC, label, zone_id NULLS LAST, hour_of_day
-- chart: heat x=hour_of_day y=label by=candidates
-- column: label = What it looked like
-- column: zone_id = Zone in which it lay; null where the camera sees it outside every zone
-- column: candidates = Hazards that a camera reported, by the time at which each was seen first
-- column: alerts = Alerts that were raised, by the time at which each was raised; one may tell of several candidates
-- column: verdicts_true = Alerts of which the latest verdict is that it was so
-- column: verdicts_false = Alerts of which the latest verdict is a false alarm
-- column: verdicts_duplicate = Alerts of which the latest verdict is that another alert told of it
-- column: verdicts_not_actionable = Alerts of which the latest verdict is that nothing could be done
-- column: alerts_unjudged = Alerts without a verdict
-- column: true_share = verdicts_true / alerts that were judged, duplicates left out
-- column: alerts_acknowledged = Alerts that somebody took
-- column: response_seconds_median = Median time from raising to the first acknowledgement, of those taken; exact
-- column: coverage = Share of the open hours at that hour in which the store's zones were watched; null when closed
-- Small cells are shown: a spill or a blocked exit is a thing, not a shopper, and a single one is what must be seen.
-- An alert's row in the history is one of its states: the first one tells all that is asked here. Acts count for 28
-- days after raising, so that an answer about some days depends on no others.
WITH
hazard_seen AS (
  SELECT
    store_id, label, zone_id, event_time,
    row_number() OVER (PARTITION BY store_id, hazard_id ORDER BY event_time, event_id) AS nth
  FROM hazard_v1
),
alert_state AS (
  SELECT
    store_id, alert_id, raised_time,
    substr(metric, 8) AS label,
    CASE WHEN place_kind = 'zone' THEN place_id END AS zone_id,
    row_number() OVER (PARTITION BY store_id, alert_id ORDER BY changed_time, state) AS nth
  FROM alert_v1
  WHERE metric LIKE 'hazard.%'
),
alert_act AS (
  SELECT acts.store_id, acts.alert_id, acts.action, acts.action_id, acts.verdict, acts.acted_time
  FROM alert_action_v1 AS acts
  INNER JOIN alert_state
    ON alert_state.store_id = acts.store_id AND alert_state.alert_id = acts.alert_id AND alert_state.nth = 1
  WHERE acts.acted_time <= alert_state.raised_time + INTERVAL '28' DAY
),
-- Acts are numbered within their alert, and the number ends action_id.
judged AS (
  SELECT
    store_id, alert_id, verdict,
    row_number() OVER (PARTITION BY store_id, alert_id ORDER BY action_id DESC) AS nth_latest
  FROM alert_act
  WHERE action = 'verdict'
),
taken AS (
  SELECT store_id, alert_id, min(acted_time) AS taken_time
  FROM alert_act
  WHERE action = 'acknowledge'
  GROUP BY store_id, alert_id
),
incident AS (
  SELECT
    store_id, label, zone_id, event_time AS happened_time, FALSE AS is_alert,
    CAST(NULL AS VARCHAR) AS verdict, CAST(NULL AS DOUBLE) AS response_seconds
  FROM hazard_seen
  WHERE nth = 1
  UNION ALL
  SELECT
    alert_state.store_id, alert_state.label, alert_state.zone_id, alert_state.raised_time, TRUE, judged.verdict,
    CAST(date_diff('millisecond', alert_state.raised_time, taken.taken_time) AS DOUBLE) / 1000e0
  FROM alert_state
  LEFT JOIN judged
    ON judged.store_id = alert_state.store_id AND judged.alert_id = alert_state.alert_id AND judged.nth_latest = 1
  LEFT JOIN taken ON taken.store_id = alert_state.store_id AND taken.alert_id = alert_state.alert_id
  WHERE alert_state.nth = 1
),
placed AS (
  SELECT
    incident.*,
    CAST(at_timezone(incident.happened_time, store.time_zone) AS date) AS business_date,
    CAST(hour(CAST(at_timezone(incident.happened_time, store.time_zone) AS timestamp)) AS INTEGER) AS hour_of_day
  FROM incident
  INNER JOIN store_v1 AS store ON store.store_id = incident.store_id
),
ranked AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, placed.*,
    row_number() OVER cell_by_response AS response_rank,
    count(placed.response_seconds) OVER (
      PARTITION BY period_v1.period_id, placed.store_id, placed.label, placed.zone_id, placed.hour_of_day
    ) AS responses
  FROM period_v1
  INNER JOIN placed ON placed.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WINDOW cell_by_response AS (
    PARTITION BY period_v1.period_id, placed.store_id, placed.label, placed.zone_id, placed.hour_of_day
    ORDER BY placed.response_seconds NULLS LAST
  )
),
counted AS (
  SELECT
    period_id, period_kind, store_id, label, zone_id, hour_of_day,
    count(*) FILTER (WHERE NOT is_alert) AS candidates,
    count(*) FILTER (WHERE is_alert) AS alerts,
    count(*) FILTER (WHERE verdict = 'true') AS verdicts_true,
    count(*) FILTER (WHERE verdict = 'false') AS verdicts_false,
    count(*) FILTER (WHERE verdict = 'duplicate') AS verdicts_duplicate,
    count(*) FILTER (WHERE verdict = 'not_actionable') AS verdicts_not_actionable,
    count(*) FILTER (WHERE is_alert AND verdict IS NULL) AS alerts_unjudged,
    max(responses) AS alerts_acknowledged,
    min(response_seconds) FILTER (WHERE response_rank >= ceil(0.5e0 * responses)) AS response_seconds_median
  FROM ranked
  GROUP BY period_id, period_kind, store_id, label, zone_id, hour_of_day
),
watched_day AS (
  SELECT
    store_id, business_date, hour_of_day,
    sum(open_share) AS hours_open,
    sum(open_share * coverage) AS hours_watched
  FROM coverage_hour
  WHERE kind = 'zones'
  GROUP BY store_id, business_date, hour_of_day
),
watched AS (
  SELECT
    period_v1.period_id, watched_day.store_id, watched_day.hour_of_day,
    round(sum(watched_day.hours_watched) / sum(watched_day.hours_open), 6) AS coverage
  FROM period_v1
  INNER JOIN watched_day ON watched_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, watched_day.store_id, watched_day.hour_of_day
)
SELECT
  counted.period_id, counted.period_kind, counted.store_id, counted.label, counted.zone_id, counted.hour_of_day,
  counted.candidates, counted.alerts, counted.verdicts_true, counted.verdicts_false, counted.verdicts_duplicate,
  counted.verdicts_not_actionable, counted.alerts_unjudged,
  CAST(counted.verdicts_true AS DOUBLE)
    / NULLIF(counted.verdicts_true + counted.verdicts_false + counted.verdicts_not_actionable, 0) AS true_share,
  counted.alerts_acknowledged, counted.response_seconds_median, watched.coverage
FROM counted
LEFT JOIN watched
  ON watched.period_id = counted.period_id
  AND watched.store_id = counted.store_id
  AND watched.hour_of_day = counted.hour_of_day
