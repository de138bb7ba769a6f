package storetraffic.decode;

import java.time.Duration;

/**
 * Tells the records that come right after a silence so long that Flink took the source for idle.
 *
 * <p>When every subtask of a source is idle, so are the tasks behind them. As records come back, these tasks wake one by
 * one; one that only forwards watermarks can run ahead of one that has records to work on, and Flink does not wait for a task
 * that it still takes for idle: the records that it then sends are late for the windows and silently dropped. A watermark
 * held back for a moment gives every task the time to wake.
 */
final class Resumption {

    static final Duration HOLD = Duration.ofSeconds(5);

    private final long silenceNanos;
    private long latestNanos;
    private long resumedNanos;
    private boolean isHeld;

    Resumption(Duration silence, long nowNanos) {
        this.silenceNanos = silence.toNanos();
        this.latestNanos = nowNanos;
    }

    /** Takes note of a record; returns whether the silence before it ended less than {@link #HOLD} ago. */
    boolean isResuming(long nowNanos) {
        if (nowNanos - latestNanos >= silenceNanos) {
            isHeld = true;
            resumedNanos = nowNanos;
        }
        isHeld = isHeld && nowNanos - resumedNanos < HOLD.toNanos();
        latestNanos = nowNanos;
        return isHeld;
    }
}
