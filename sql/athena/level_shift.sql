-- question: When did a store's counts move to another level for good, as when a camera was moved?
-- grain: one shift of one series: a line, or all lines of a store
-- reads: week_gap, camera_minute_v1
-- margin: 36500 days
-- order: score DESC, store_id, line_id, shift_date
-- chart: scatter x=shift_date y=change by=store_id
-- column: line_id = Line; `*` for all lines of the store together
-- column: shift_date = Sunday of the first retail week on the new level
-- column: change = New level / old level - 1, as a mean over what it was compared with
-- column: score = Least size of the step over the largest spread of single weeks around the two levels
-- column: comparisons = With how many references the step was seen alike: other years, or the chain
-- column: weeks_before = Weeks before it that could be compared, at most 26
-- column: weeks_after = Weeks after it that could be compared, at most 26: few weeks can still be a long event
-- column: cause = moved camera: a camera of the store told of it within 14 days; else unexplained
-- The season must not look like a shift, and a shift not like another one a year later, when it is in what is compared
-- with. So a step counts where it is seen alike, in the same direction and by 15 %, against the two nearest references
-- of week_gap. Its size is the difference of the medians of up to 26 weeks before and after (8 at least); its spread
-- 1.4826 times the median absolute deviation from them (Rousseeuw & Croux 1993); two spreads are needed. Against a
-- single reference it cannot be told from the opposite step a year before: 13 weeks and three spreads are needed.
-- A step of all stores at once is found by years alone. Of steps less than 13 weeks apart the clearest is given.
-- Means choose the weeks that are worth medians, which are too dear for every week.
WITH
known_gap AS (
  SELECT store_id, line_id, week_number, preference, gap FROM week_gap
),
split AS (
  SELECT
    store_id, line_id, week_number, preference,
    avg(gap) OVER until_then AS mean_before, count(*) OVER until_then AS weeks_before,
    avg(gap) OVER from_then AS mean_after, count(*) OVER from_then AS weeks_after
  FROM known_gap
  WINDOW
    until_then AS (
      PARTITION BY store_id, line_id, preference ORDER BY week_number RANGE BETWEEN 182 PRECEDING AND 7 PRECEDING
    ),
    from_then AS (
      PARTITION BY store_id, line_id, preference ORDER BY week_number RANGE BETWEEN CURRENT ROW AND 175 FOLLOWING
    )
),
preferred AS (
  SELECT *, row_number() OVER (PARTITION BY store_id, line_id, week_number ORDER BY preference) AS place
  FROM split
  WHERE weeks_before >= 8 AND weeks_after >= 8
),
nearest AS (
  SELECT
    *,
    count(*) OVER candidate AS chosen,
    min(abs(mean_after - mean_before)) OVER candidate AS least_step
  FROM preferred
  WHERE place <= 2
  WINDOW candidate AS (PARTITION BY store_id, line_id, week_number)
),
side AS (
  SELECT
    candidate.store_id, candidate.line_id, candidate.week_number, candidate.preference, candidate.chosen,
    candidate.weeks_before, candidate.weeks_after,
    known_gap.week_number AS gap_week, known_gap.week_number >= candidate.week_number AS is_after, known_gap.gap
  FROM nearest AS candidate
  INNER JOIN known_gap
    ON known_gap.store_id = candidate.store_id AND known_gap.line_id = candidate.line_id
    AND known_gap.preference = candidate.preference
    AND known_gap.week_number BETWEEN candidate.week_number - 182 AND candidate.week_number + 175
  WHERE candidate.least_step >= 0.08e0
),
ranked_side AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY store_id, line_id, week_number, preference, is_after ORDER BY gap) AS gap_rank,
    CASE WHEN is_after THEN weeks_after ELSE weeks_before END AS weeks
  FROM side
),
middle AS (
  SELECT
    *,
    avg(CASE WHEN 2 * gap_rank BETWEEN weeks AND weeks + 2 THEN gap END)
      OVER (PARTITION BY store_id, line_id, week_number, preference, is_after) AS side_level
  FROM ranked_side
),
levelled AS (
  SELECT
    *,
    min(CASE WHEN NOT is_after THEN side_level END) OVER one_step AS old_level,
    min(CASE WHEN is_after THEN side_level END) OVER one_step AS new_level,
    row_number() OVER (
      PARTITION BY store_id, line_id, week_number, preference ORDER BY abs(gap - side_level)
    ) AS deviation_rank
  FROM middle
  WINDOW one_step AS (PARTITION BY store_id, line_id, week_number, preference)
),
-- Medians say little of when: the first week on the new level is the one before which, all in all, weeks are nearest to
-- the old level and after which they are nearest to the new one (least absolute deviations).
leaning AS (
  SELECT
    *,
    COALESCE(sum(abs(gap - old_level) - abs(gap - new_level)) OVER (
      PARTITION BY store_id, line_id, week_number ORDER BY gap_week RANGE BETWEEN UNBOUNDED PRECEDING AND 7 PRECEDING
    ), 0e0) AS leaning_before
  FROM levelled
),
parted AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY store_id, line_id, week_number
      ORDER BY CASE WHEN abs(gap_week - week_number) <= 63 THEN round(leaning_before, 9) END NULLS LAST, gap_week
    ) AS part_rank
  FROM leaning
),
step AS (
  SELECT
    store_id, line_id, week_number, preference, chosen, weeks_before, weeks_after,
    min(new_level) - min(old_level) AS step,
    1.4826e0 * avg(abs(gap - side_level)) FILTER (
      WHERE 2 * deviation_rank BETWEEN weeks_before + weeks_after AND weeks_before + weeks_after + 2
    ) AS spread,
    min(CASE WHEN part_rank = 1 THEN gap_week END) AS shift_week
  FROM parted
  GROUP BY store_id, line_id, week_number, preference, chosen, weeks_before, weeks_after
),
agreed AS (
  SELECT
    store_id, line_id, week_number,
    chosen AS comparisons, min(weeks_before) AS weeks_before, min(weeks_after) AS weeks_after,
    avg(step) AS step, min(shift_week) AS shift_week,
    -- A history without any noise has no spread: a thousandth keeps the score a number.
    min(abs(step)) / greatest(max(spread), 0.001e0) AS score
  FROM step
  GROUP BY store_id, line_id, week_number, chosen
  HAVING min(step) >= ln(1.15e0) OR max(step) <= -ln(1.15e0)
),
scored AS (
  SELECT
    *,
    max(score) OVER (
      PARTITION BY store_id, line_id ORDER BY week_number RANGE BETWEEN 91 PRECEDING AND 91 FOLLOWING
    ) AS highest_score,
    max(score) OVER (
      PARTITION BY store_id, line_id ORDER BY week_number RANGE BETWEEN 91 PRECEDING AND 7 PRECEDING
    ) AS highest_score_before
  FROM agreed
  WHERE comparisons = 2 AND score >= 2e0 OR score >= 3e0 AND least(weeks_before, weeks_after) >= 13
),
best AS (
  SELECT * FROM scored WHERE score = highest_score AND COALESCE(highest_score_before < score, TRUE)
),
moved AS (
  SELECT DISTINCT store_id, CAST(at_timezone(window_start, 'UTC') AS date) AS moved_date
  FROM camera_minute_v1
  WHERE is_moved
),
shift AS (
  SELECT
    store_id, line_id, CAST(date_add('day', shift_week, DATE '2000-01-02') AS date) AS shift_date,
    exp(step) - 1e0 AS change, score,
    comparisons, weeks_before, weeks_after
  FROM best
)
SELECT
  shift.store_id, shift.line_id, shift.shift_date, shift.change, shift.score, shift.comparisons,
  shift.weeks_before, shift.weeks_after,
  CASE WHEN count(moved.moved_date) > 0 THEN 'moved camera' ELSE 'unexplained' END AS cause
FROM shift
LEFT JOIN moved
  ON moved.store_id = shift.store_id AND abs(date_diff('day', moved.moved_date, shift.shift_date)) <= 14
GROUP BY
  shift.store_id, shift.line_id, shift.shift_date, shift.change, shift.score, shift.comparisons,
  shift.weeks_before, shift.weeks_after
