package storetraffic.functions;

import org.apache.flink.table.functions.AggregateFunction;

/**
 * {@code LANE_OPEN_MS(present_ms, interval_ms) OVER (PARTITION BY lane ORDER BY rowtime)}: how long the lane was open
 * within the newest interval.
 *
 * <p>A lane opens after 5 s of presence in its service zone and closes after 30 s without (architecture, metrics). A
 * snapshot tells how much presence an interval held, not where in it, so the state changes at the ends of intervals.
 */
public final class LaneOpen extends AggregateFunction<Long, LaneOpen.Lane> {

    public static final long OPENS_AFTER_MS = 5_000;
    public static final long CLOSES_AFTER_MS = 30_000;

    private static final long serialVersionUID = 1L;

    /** What is remembered of a lane. */
    public static final class Lane {
        public boolean isOpen;
        public long presentMs;
        public long absentMs;
        public long openMs;
    }

    @Override
    public Lane createAccumulator() {
        return new Lane();
    }

    /** Goes on by one interval. */
    public void accumulate(Lane lane, Long presentMs, Long intervalMs) {
        if (presentMs > 0) {
            lane.presentMs += Math.min(presentMs, intervalMs);
            lane.absentMs = 0;
        } else {
            lane.absentMs += intervalMs;
            // Only presence without a break opens a lane.
            lane.presentMs = 0;
        }
        if (lane.absentMs >= CLOSES_AFTER_MS) {
            lane.isOpen = false;
        } else if (lane.presentMs >= OPENS_AFTER_MS) {
            lane.isOpen = true;
        }
        lane.openMs = lane.isOpen ? intervalMs : 0;
    }

    @Override
    public Long getValue(Lane lane) {
        return lane.openMs;
    }
}
