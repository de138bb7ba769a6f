-- question: Which of the events that were understood came before?
-- grain: one record that was not rejected
-- reads: inference
-- window: none; the numbers seen of each boot are kept for the state's time to live
-- lateness: any
SELECT
  *,
  SEEN_BEFORE(seq) OVER (
    PARTITION BY device_id, boot_id
    ORDER BY proctime
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS is_duplicate
FROM inference
WHERE reject_reason IS NULL
