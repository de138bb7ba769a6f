package storetraffic.functions;

import java.util.Arrays;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.functions.AggregateFunction;

/**
 * {@code SEEN_BEFORE(seq) OVER (PARTITION BY device, boot ORDER BY proctime)}: whether the row's number came before.
 *
 * <p>A device numbers the events of a boot from 0 without gaps, so the numbers seen so far are a few ranges: usually
 * one. That is exact under any reordering, for as long as the state lives, at one small state entry per boot instead of
 * one per event. More than {@value #MAX_RANGES} gaps at once means a device that lost thousands of separate events:
 * then the oldest range is forgotten, and a duplicate from it would be accepted.
 */
public final class SeenBefore extends AggregateFunction<Boolean, SeenBefore.Seen> {

    public static final int MAX_RANGES = 4096;

    private static final long serialVersionUID = 1L;

    /** Disjoint, sorted, non-adjacent ranges, as pairs of first and last; and the answer for the newest row. */
    public static final class Seen {
        public @DataTypeHint("ARRAY<BIGINT NOT NULL>") long[] ranges = {};
        public boolean isRepeated;
    }

    @Override
    public Seen createAccumulator() {
        return new Seen();
    }

    /** Adds a number; called once for each row. */
    public void accumulate(Seen seen, Long seq) {
        int at = firstRangeEndingAtOrAfter(seen.ranges, seq - 1);
        seen.isRepeated = at < seen.ranges.length && seen.ranges[at] <= seq && seq <= seen.ranges[at + 1];
        if (!seen.isRepeated) {
            seen.ranges = forgetOldest(with(seen.ranges, at, seq));
        }
    }

    @Override
    public Boolean getValue(Seen seen) {
        return seen.isRepeated;
    }

    private static int firstRangeEndingAtOrAfter(long[] ranges, long seq) {
        // From the newest: events come nearly in order.
        int at = ranges.length;
        while (at > 0 && ranges[at - 1] >= seq) {
            at -= 2;
        }
        return at;
    }

    private static long[] with(long[] ranges, int at, long seq) {
        if (at == ranges.length || seq + 1 < ranges[at]) {
            return inserted(ranges, at, seq);
        }
        long[] extended = ranges.clone();
        extended[at] = Math.min(extended[at], seq);
        extended[at + 1] = Math.max(extended[at + 1], seq);
        boolean touchesNext = at + 2 < extended.length && extended[at + 1] + 1 == extended[at + 2];
        return touchesNext ? joined(extended, at) : extended;
    }

    private static long[] inserted(long[] ranges, int at, long seq) {
        long[] longer = new long[ranges.length + 2];
        System.arraycopy(ranges, 0, longer, 0, at);
        longer[at] = seq;
        longer[at + 1] = seq;
        System.arraycopy(ranges, at, longer, at + 2, ranges.length - at);
        return longer;
    }

    private static long[] joined(long[] ranges, int at) {
        long[] shorter = new long[ranges.length - 2];
        System.arraycopy(ranges, 0, shorter, 0, at + 1);
        System.arraycopy(ranges, at + 3, shorter, at + 1, ranges.length - at - 3);
        return shorter;
    }

    private static long[] forgetOldest(long[] ranges) {
        return ranges.length <= 2 * MAX_RANGES ? ranges : Arrays.copyOfRange(ranges, 2, ranges.length);
    }
}
