-- question: Which alerts did each store have, what did people find, how soon did they act, and how long did it last?
-- grain: one alert
-- reads: alert_v1, alert_action_v1, store_v1
-- margin: 28 days
-- order: raised_time DESC, store_id, alert_id
-- chart: scatter x=raised_time y=response_seconds by=store_id
-- column: business_date = Date of raising where the store is
-- column: local_time = When it was raised, on the clock where the store is
-- column: hour_of_day = Hour of raising on the clock where the store is, 0 to 23
-- column: topic = safety (a hazard), equipment (a camera), or service: queues, lanes and how full it is
-- column: label = What a hazard looked like; null for an alert that is not of a hazard
-- column: verdict = Latest verdict: true, false, duplicate or not_actionable; null when there is none
-- column: is_judged = There is a verdict
-- column: is_true = The latest verdict is that it was so
-- column: is_false = The latest verdict is a false alarm
-- column: is_acknowledged = Somebody took it
-- column: response_seconds = From raising to the first acknowledgement; null when nobody took it
-- column: open_seconds = From raising to the end; null while it goes on
-- column: value = Measured value when it was raised
-- column: worst_value = Highest value while it went on
-- column: alerts = 1, to be added up
-- column: judged = 1 when there is a verdict, else 0
-- column: judged_true = 1 when the latest verdict is that it was so, else 0
-- column: judged_false = 1 when the latest verdict is a false alarm, else 0
-- column: acknowledged = 1 when somebody took it, else 0
-- Nobody outside a store is told of a hazard of severity high that nobody confirmed: until a person judged it, it is not
-- here. An alert's row in the history is one of its states. States and acts count for 28 days after raising, so that an answer
-- about some days depends on no others. A store that store_v1 does not describe has the days of UTC.
WITH
alert_state AS (
  SELECT
    store_id, alert_id, raised_time, metric, place_kind, place_id, severity, value, limit_value, worst_value,
    ended_time, changed_time,
    row_number() OVER (PARTITION BY store_id, alert_id ORDER BY changed_time, state) AS nth
  FROM alert_v1
),
raised AS (
  SELECT store_id, alert_id, raised_time, metric, place_kind, place_id, severity, value, limit_value
  FROM alert_state
  WHERE nth = 1
),
course AS (
  SELECT
    store_id, alert_id, max(worst_value) AS worst_value,
    max(CASE WHEN ended_time <= raised_time + INTERVAL '28' DAY THEN ended_time END) AS ended_time
  FROM alert_state
  WHERE changed_time <= raised_time + INTERVAL '28' DAY
  GROUP BY store_id, alert_id
),
act AS (
  SELECT acts.store_id, acts.alert_id, acts.action, acts.action_id, acts.verdict, acts.acted_time
  FROM alert_action_v1 AS acts
  INNER JOIN raised ON raised.store_id = acts.store_id AND raised.alert_id = acts.alert_id
  WHERE acts.acted_time <= raised.raised_time + INTERVAL '28' DAY
),
-- Acts are numbered within their alert, and the number ends action_id.
verdict_given AS (
  SELECT
    store_id, alert_id, verdict,
    row_number() OVER (PARTITION BY store_id, alert_id ORDER BY action_id DESC) AS nth_latest
  FROM act
  WHERE action = 'verdict'
),
taken AS (
  SELECT store_id, alert_id, min(acted_time) AS taken_time
  FROM act
  WHERE action = 'acknowledge'
  GROUP BY store_id, alert_id
),
reviewed AS (
  SELECT
    raised.*, course.worst_value, verdict_given.verdict,
    CAST(at_timezone(raised.raised_time, COALESCE(store_v1.time_zone, 'UTC')) AS timestamp) AS local_time,
    CAST(date_diff('millisecond', raised.raised_time, taken.taken_time) AS DOUBLE) / 1000e0 AS response_seconds,
    CAST(date_diff('millisecond', raised.raised_time, course.ended_time) AS DOUBLE) / 1000e0 AS open_seconds
  FROM raised
  LEFT JOIN course ON course.store_id = raised.store_id AND course.alert_id = raised.alert_id
  LEFT JOIN verdict_given
    ON verdict_given.store_id = raised.store_id
    AND verdict_given.alert_id = raised.alert_id
    AND verdict_given.nth_latest = 1
  LEFT JOIN taken ON taken.store_id = raised.store_id AND taken.alert_id = raised.alert_id
  LEFT JOIN store_v1 ON store_v1.store_id = raised.store_id
)
SELECT
  store_id, alert_id, CAST(local_time AS date) AS business_date, CAST(hour(local_time) AS INTEGER) AS hour_of_day,
  raised_time, local_time, metric,
  CASE WHEN metric LIKE 'hazard.%' THEN 'safety' WHEN metric LIKE 'camera%' THEN 'equipment' ELSE 'service' END AS topic,
  CASE WHEN metric LIKE 'hazard.%' THEN substr(metric, 8) END AS label,
  place_kind, place_id, severity, verdict,
  verdict IS NOT NULL AS is_judged,
  COALESCE(verdict = 'true', FALSE) AS is_true,
  COALESCE(verdict = 'false', FALSE) AS is_false,
  response_seconds IS NOT NULL AS is_acknowledged,
  response_seconds, open_seconds, value, worst_value, limit_value,
  1 AS alerts,
  CASE WHEN verdict IS NOT NULL THEN 1 ELSE 0 END AS judged,
  CASE WHEN verdict = 'true' THEN 1 ELSE 0 END AS judged_true,
  CASE WHEN verdict = 'false' THEN 1 ELSE 0 END AS judged_false,
  CASE WHEN response_seconds IS NOT NULL THEN 1 ELSE 0 END AS acknowledged
FROM reviewed
WHERE NOT (metric LIKE 'hazard.%' AND severity = 'high' AND verdict IS NULL)
