-- question: How long may a queue be before shoppers give up: the rate by the length that they met on joining?
-- grain: one period, store and queue length on joining
-- reads: period_v1, journey, lane_minute_v1, store_v1, coverage_hour
-- order: store_id, queue_length
-- chart: band x=queue_length y=abandonment_rate low=abandonment_rate_low high=abandonment_rate_high by=store_id
-- column: queue_length = Customers in the lane's queue: its mean over the minute of joining, rounded to the nearest
-- column: joined = Queue journeys that joined at that length, whatever the outcome
-- column: abandoned = Those of them that gave up
-- column: abandonment_rate = abandoned / joined
-- column: abandonment_rate_low = Lower limit of its 95 % interval
-- column: abandonment_rate_high = Upper limit of its 95 % interval
-- column: patience_seconds_median = Median wait of those who gave up, until they left; exact
-- column: is_tipping_length = From this length on shoppers give up clearly more; null when not known or left out
-- column: known_share = Share of the store's journeys of which the length met is known
-- column: coverage = Share of the store's open hours in which the lanes were watched; null when it was never open
-- column: is_suppressed = Figures are left out, as they count so few that they could tell of a person
-- The period is that of the date of joining where the store is. The length includes who joins, as far as it was there.
-- Intervals are Wilson's (E. B. Wilson 1927). The tipping length is the least one for which the lower limit of its
-- rate, and of that of every greater length, lies above the upper limit of the rate of all shorter lengths together;
-- lengths of fewer than 30 journeys are not asked, and the shorter ones must have 30 together. A store has one at most.
WITH
placed AS (
  SELECT
    journey.store_id, journey.outcome, journey.queue_seconds,
    CAST(at_timezone(journey.joined_time, store.time_zone) AS date) AS business_date,
    CAST(floor(met.queue_length_mean + 0.5e0) AS BIGINT) AS queue_length
  FROM journey
  INNER JOIN store_v1 AS store ON store.store_id = journey.store_id
  LEFT JOIN lane_minute_v1 AS met
    ON met.store_id = journey.store_id
    AND met.lane_id = journey.lane_id
    AND met.window_start = date_trunc('minute', journey.joined_time)
),
length_day AS (
  SELECT
    store_id, business_date, queue_length,
    count(*) AS joined,
    count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned
  FROM placed
  GROUP BY store_id, business_date, queue_length
),
length_met AS (
  SELECT
    period_v1.period_id, period_v1.period_kind, length_day.store_id, length_day.queue_length,
    CAST(sum(length_day.joined) AS BIGINT) AS joined,
    CAST(sum(length_day.abandoned) AS BIGINT) AS abandoned
  FROM period_v1
  INNER JOIN length_day ON length_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, period_v1.period_kind, length_day.store_id, length_day.queue_length
),
known AS (
  SELECT
    period_id, store_id,
    CAST(sum(joined) FILTER (WHERE queue_length IS NOT NULL) AS DOUBLE) / sum(joined) AS known_share
  FROM length_met
  GROUP BY period_id, store_id
),
gave_up AS (
  SELECT
    period_v1.period_id, placed.store_id, placed.queue_length, placed.queue_seconds,
    row_number() OVER (
      PARTITION BY period_v1.period_id, placed.store_id, placed.queue_length
      ORDER BY placed.queue_seconds
    ) AS rank_in_length,
    count(*) OVER (PARTITION BY period_v1.period_id, placed.store_id, placed.queue_length) AS abandoned
  FROM period_v1
  INNER JOIN placed ON placed.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  WHERE placed.outcome = 'abandoned'
),
patience AS (
  SELECT
    period_id, store_id, queue_length,
    min(queue_seconds) FILTER (WHERE rank_in_length >= ceil(0.5e0 * abandoned)) AS patience_seconds_median
  FROM gave_up
  GROUP BY period_id, store_id, queue_length
),
counted AS (
  SELECT
    length_met.*,
    CAST(joined AS DOUBLE) AS journeys,
    CAST(abandoned AS DOUBLE) / joined AS rate,
    CAST(sum(joined) OVER shorter AS DOUBLE) AS journeys_shorter,
    CAST(sum(abandoned) OVER shorter AS DOUBLE) / sum(joined) OVER shorter AS rate_shorter
  FROM length_met
  WHERE queue_length IS NOT NULL
  WINDOW shorter AS (
    PARTITION BY period_id, store_id
    ORDER BY queue_length
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
),
-- 3.8415 is the square of 1.95996, the 97.5th percentile of the normal distribution.
scored AS (
  SELECT
    counted.*,
    (rate + 3.841458820694124e0 / (2e0 * journeys)) / (1e0 + 3.841458820694124e0 / journeys) AS middle,
    1.959963984540054e0 * sqrt(
      rate * (1e0 - rate) / journeys + 3.841458820694124e0 / (4e0 * journeys * journeys)
    ) / (1e0 + 3.841458820694124e0 / journeys) AS half_width,
    (
      rate_shorter + 3.841458820694124e0 / (2e0 * journeys_shorter) + 1.959963984540054e0 * sqrt(
        rate_shorter * (1e0 - rate_shorter) / journeys_shorter
        + 3.841458820694124e0 / (4e0 * journeys_shorter * journeys_shorter)
      )
    ) / (1e0 + 3.841458820694124e0 / journeys_shorter) AS rate_shorter_high
  FROM counted
),
limits AS (
  SELECT
    scored.*,
    greatest(middle - half_width, 0e0) AS rate_low,
    least(middle + half_width, 1e0) AS rate_high,
    min(CASE WHEN joined >= 30 THEN middle - half_width END) OVER (
      PARTITION BY period_id, store_id
      ORDER BY queue_length
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS rate_low_from_here
  FROM scored
),
tipped AS (
  SELECT
    limits.*,
    joined >= 30 AND COALESCE(journeys_shorter, 0e0) >= 30e0 AS is_known,
    min(CASE
      WHEN joined >= 30 AND journeys_shorter >= 30e0 AND rate_low_from_here > rate_shorter_high THEN queue_length
    END) OVER (PARTITION BY period_id, store_id) AS tipping_length,
    (joined = 0 OR joined >= ${smallest_cell}) AND (abandoned = 0 OR abandoned >= ${smallest_cell}) AS is_shown,
    joined = 0 OR joined >= ${smallest_cell} AS has_joined_shown
  FROM limits
),
watched_day AS (
  SELECT
    store_id, business_date, sum(open_share) AS hours_open, sum(open_share * coverage) AS hours_watched
  FROM coverage_hour
  WHERE kind = 'lanes'
  GROUP BY store_id, business_date
),
watched AS (
  SELECT
    period_v1.period_id, watched_day.store_id,
    round(sum(watched_day.hours_watched) / sum(watched_day.hours_open), 6) AS coverage
  FROM period_v1
  INNER JOIN watched_day ON watched_day.business_date BETWEEN period_v1.start_date AND period_v1.end_date
  GROUP BY period_v1.period_id, watched_day.store_id
)
SELECT
  tipped.period_id, tipped.period_kind, tipped.store_id, tipped.queue_length,
  CASE WHEN tipped.has_joined_shown THEN tipped.joined END AS joined,
  CASE WHEN tipped.is_shown THEN tipped.abandoned END AS abandoned,
  CASE WHEN tipped.is_shown THEN tipped.rate END AS abandonment_rate,
  CASE WHEN tipped.is_shown THEN tipped.rate_low END AS abandonment_rate_low,
  CASE WHEN tipped.is_shown THEN tipped.rate_high END AS abandonment_rate_high,
  CASE WHEN tipped.is_shown THEN patience.patience_seconds_median END AS patience_seconds_median,
  CASE
    WHEN tipped.is_shown AND tipped.is_known THEN COALESCE(tipped.queue_length = tipped.tipping_length, FALSE)
  END AS is_tipping_length,
  known.known_share, watched.coverage,
  NOT tipped.is_shown AS is_suppressed
FROM tipped
INNER JOIN known ON known.period_id = tipped.period_id AND known.store_id = tipped.store_id
LEFT JOIN patience
  ON patience.period_id = tipped.period_id
  AND patience.store_id = tipped.store_id
  AND patience.queue_length = tipped.queue_length
LEFT JOIN watched ON watched.period_id = tipped.period_id AND watched.store_id = tipped.store_id
