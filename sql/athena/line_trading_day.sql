-- question: How many visitors crossed each line on each day, and how much of the open hours was it watched?
-- grain: one line and date with a row
-- reads: traffic_local_hour_v1, store_day_v1
-- order: business_date DESC, store_id, line_id
-- chart: line x=business_date y=visitors by=line_id
-- column: visitors = Customers who came in, outside the open hours too
-- column: hours_seen = Open hours that were watched
-- column: coverage = Share of the open hours that was watched; null when closed
-- What views of days build on. A day that store_day_v1 does not have is not here.
WITH
hour_seen AS (
  SELECT
    crossing.store_id, crossing.line_id, crossing.business_date, crossing.in_count, trading.is_open, trading.open_hours,
    -- Most hours lie within the opening hours: they need no arithmetic.
    CASE
      WHEN trading.is_open AND crossing.window_start >= trading.opens_at AND crossing.window_end <= trading.closes_at
        THEN crossing.coverage
      WHEN trading.is_open AND crossing.window_start < trading.closes_at AND crossing.window_end > trading.opens_at
        THEN crossing.coverage * CAST(date_diff(
          'second',
          greatest(crossing.window_start, trading.opens_at),
          least(crossing.window_end, trading.closes_at)
        ) AS DOUBLE) / 3600e0
      ELSE 0e0
    END AS hours_seen
  FROM traffic_local_hour_v1 AS crossing
  INNER JOIN store_day_v1 AS trading
    ON trading.store_id = crossing.store_id AND trading.business_date = crossing.business_date
)
SELECT
  store_id, line_id, business_date,
  CAST(sum(in_count) AS BIGINT) AS visitors,
  sum(hours_seen) AS hours_seen,
  -- Rounded, so that every engine sees the same sum on the same side of a limit.
  CASE WHEN min(open_hours) > 0e0 AND bool_and(is_open) THEN round(sum(hours_seen) / min(open_hours), 6) END AS coverage
FROM hour_seen
GROUP BY store_id, line_id, business_date
