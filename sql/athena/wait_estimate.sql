-- question: How long is the wait at each lane, hour by hour, if those who gave up or were lost from sight count too?
-- grain: one lane and UTC hour of joining
-- reads: journey
-- column: window_start = Start of the UTC hour of joining, inclusive
-- column: window_end = End of the UTC hour, exclusive
-- column: joined = Journeys that joined in the hour
-- column: served = Journeys that were served
-- column: abandoned = Journeys that gave up
-- column: censored = Journeys whose outcome was not seen
-- column: follow_up_seconds = Longest time that anybody was seen in the queue, in seconds
-- column: wait_seconds_median = Median wait had everybody stayed, in seconds
-- column: wait_seconds_median_low = Lower limit of its 95 % interval
-- column: wait_seconds_median_high = Upper limit of its 95 % interval
-- column: wait_seconds_p90 = 90th percentile of the wait had everybody stayed, in seconds
-- column: wait_seconds_p90_low = Lower limit of its 95 % interval
-- column: wait_seconds_p90_high = Upper limit of its 95 % interval
-- column: over_target_share = Share who would have waited longer than the target had everybody stayed, 0 to 1
-- column: over_target_share_low = Lower limit of its 95 % interval
-- column: over_target_share_high = Upper limit of its 95 % interval
-- column: service_share_by_target = Share who were served within the target, 0 to 1
-- column: abandonment_share_by_target = Share who gave up within the target, 0 to 1
-- column: service_share = Share who were served in the end, 0 to 1
-- column: abandonment_share = Share who gave up in the end, 0 to 1
-- Kaplan & Meier 1958: survival S(t) of the wait had everybody stayed; served is the event, all others are censored.
-- Greenwood 1926: its variance; 95 % limits on the log(-log) scale, those of a percentile by inverting them (Brookmeyer
-- & Crowley 1982). Aalen & Johansen 1978: incidence of giving up, and of service, as competing risks.
-- At equal times events come before censorings. Null is: not known. So are S, and the incidences, beyond the last
-- time anybody was seen unless nobody was left; limits where S is 1 or 0, for the scale has none; the upper limit of
-- a percentile where the upper limit of S stays above it.
WITH
observed AS (
  SELECT
    store_id, lane_id, date_trunc('hour', joined_time) AS window_start, outcome,
    CASE WHEN outcome = 'served' THEN wait_seconds ELSE queue_seconds END AS seconds
  FROM journey
),
instants AS (
  SELECT
    store_id, lane_id, window_start, seconds,
    count(*) AS ended,
    count(*) FILTER (WHERE outcome = 'served') AS served,
    count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned
  FROM observed
  GROUP BY store_id, lane_id, window_start, seconds
),
risks AS (
  SELECT
    *,
    CAST(sum(ended) OVER (
      PARTITION BY store_id, lane_id, window_start
      ORDER BY seconds
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS DOUBLE) AS at_risk,
    lead(seconds) OVER (PARTITION BY store_id, lane_id, window_start ORDER BY seconds) AS next_seconds
  FROM instants
),
-- Products are sums of logarithms. Where all at risk have their event nobody is left, so that it is the last instant.
steps AS (
  SELECT
    *,
    CASE WHEN served < at_risk THEN ln(1 - served / at_risk) ELSE 0 END AS log_step,
    CASE WHEN served < at_risk THEN served / (at_risk * (at_risk - served)) ELSE 0 END AS variance_step,
    CASE WHEN served + abandoned < at_risk THEN ln(1 - (served + abandoned) / at_risk) ELSE 0 END AS log_any_step
  FROM risks
),
sums AS (
  SELECT
    *,
    sum(log_step) OVER until_here AS log_survival,
    sqrt(sum(variance_step) OVER until_here) AS log_survival_error,
    exp(COALESCE(sum(log_any_step) OVER before_here, 0)) AS in_queue_before
  FROM steps
  WINDOW
    until_here AS (
      PARTITION BY store_id, lane_id, window_start
      ORDER BY seconds
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ),
    before_here AS (
      PARTITION BY store_id, lane_id, window_start
      ORDER BY seconds
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
curve AS (
  SELECT
    *,
    CASE WHEN served = at_risk THEN 0 ELSE exp(log_survival) END AS survival,
    -- log(-log S) has the standard error log_survival_error / |log S|: 1.96 of them to each side.
    CASE
      WHEN served < at_risk AND log_survival < 0
        THEN exp(log_survival * exp(1.959963984540054e0 * log_survival_error / -log_survival))
    END AS survival_low,
    CASE
      WHEN served < at_risk AND log_survival < 0
        THEN exp(log_survival * exp(-1.959963984540054e0 * log_survival_error / -log_survival))
    END AS survival_high,
    sum(in_queue_before * served / at_risk) OVER until_here AS service_incidence,
    sum(in_queue_before * abandoned / at_risk) OVER until_here AS abandonment_incidence,
    seconds <= ${target_wait_seconds} AND COALESCE(next_seconds > ${target_wait_seconds}, TRUE) AS is_at_target
  FROM sums
  WINDOW until_here AS (
    PARTITION BY store_id, lane_id, window_start
    ORDER BY seconds
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
limits AS (
  SELECT
    *,
    -- The highest upper limit from here on: a percentile is bounded where it has fallen below for good.
    max(survival_high) OVER (
      PARTITION BY store_id, lane_id, window_start
      ORDER BY seconds
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS survival_high_from_here
  FROM curve
),
estimates AS (
  SELECT
    store_id, lane_id, window_start,
    CAST(sum(ended) AS BIGINT) AS joined,
    CAST(sum(served) AS BIGINT) AS served,
    CAST(sum(abandoned) AS BIGINT) AS abandoned,
    CAST(sum(ended - served - abandoned) AS BIGINT) AS censored,
    max(seconds) AS follow_up_seconds,
    -- The least time by which the share was served, as in the inverse of a distribution; 1e-9 is for rounding alone.
    min(seconds) FILTER (WHERE survival <= 0.5e0 + 1e-9) AS wait_seconds_median,
    min(seconds) FILTER (WHERE survival_low <= 0.5e0) AS wait_seconds_median_low,
    min(seconds) FILTER (WHERE survival_high_from_here < 0.5e0) AS wait_seconds_median_high,
    min(seconds) FILTER (WHERE survival <= 0.1e0 + 1e-9) AS wait_seconds_p90,
    min(seconds) FILTER (WHERE survival_low <= 0.1e0) AS wait_seconds_p90_low,
    min(seconds) FILTER (WHERE survival_high_from_here < 0.1e0) AS wait_seconds_p90_high,
    max(survival) FILTER (WHERE is_at_target) AS survival,
    max(survival_low) FILTER (WHERE is_at_target) AS survival_low,
    max(survival_high) FILTER (WHERE is_at_target) AS survival_high,
    COALESCE(max(service_incidence) FILTER (WHERE is_at_target), 0e0) AS service_by_target,
    COALESCE(max(abandonment_incidence) FILTER (WHERE is_at_target), 0e0) AS abandonment_by_target,
    max(service_incidence) AS service_share,
    max(abandonment_incidence) AS abandonment_share,
    max(seconds) >= ${target_wait_seconds} OR min(survival) = 0 AS is_wait_known,
    -- With nobody censored last, nobody is left in the queue: the incidences are final.
    max(seconds) >= ${target_wait_seconds}
      OR COALESCE(max(served + abandoned) FILTER (WHERE next_seconds IS NULL), 0)
        = max(at_risk) FILTER (WHERE next_seconds IS NULL) AS is_fate_known
  FROM limits
  GROUP BY store_id, lane_id, window_start
)
SELECT
  store_id, lane_id, window_start, window_start + INTERVAL '1' HOUR AS window_end,
  joined, served, abandoned, censored, follow_up_seconds,
  wait_seconds_median, wait_seconds_median_low, wait_seconds_median_high,
  wait_seconds_p90, wait_seconds_p90_low, wait_seconds_p90_high,
  CASE WHEN is_wait_known THEN COALESCE(survival, 1e0) END AS over_target_share,
  CASE WHEN is_wait_known THEN survival_low END AS over_target_share_low,
  CASE WHEN is_wait_known THEN survival_high END AS over_target_share_high,
  CASE WHEN is_fate_known THEN service_by_target END AS service_share_by_target,
  CASE WHEN is_fate_known THEN abandonment_by_target END AS abandonment_share_by_target,
  service_share, abandonment_share
FROM estimates
