package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

class DurationHistogramTest {

    private final DurationHistogram function = new DurationHistogram();

    /** Every duration lies in its bucket, and no bucket is wider than a tenth of its lower bound. */
    @Test
    void bucketsHoldTheirDurations() {
        for (long durationMs = 0; durationMs < 1_000_000; durationMs += 7) {
            long lower = DurationHistogram.lowerMs(durationMs);
            long upper = lower == 0 ? DurationHistogram.FIRST_MS : lower * 11 / 10;
            assertTrue(lower <= durationMs && durationMs < upper, "bucket of " + durationMs);
        }
        assertEquals(DurationHistogram.lowerMs(Long.MAX_VALUE / 100), DurationHistogram.lowerMs(Long.MAX_VALUE / 99));
    }

    /** A negative weight takes a duration back; what is empty then is left out; nulls do not count. */
    @Test
    void weightsAddUp() {
        DurationHistogram.Counts counts = function.createAccumulator();
        function.accumulate(counts, 120L, 1);
        function.accumulate(counts, 50L, 2);
        function.accumulate(counts, 120L, -1);
        function.accumulate(counts, null, 1);
        assertArrayEquals(new Row[] {Row.of(0L, 2L)}, function.getValue(counts));
    }

    /** Histograms merge by adding: the order of buckets is that of durations. */
    @Test
    void mergesByAdding() {
        DurationHistogram.Counts one = function.createAccumulator();
        DurationHistogram.Counts other = function.createAccumulator();
        function.accumulate(one, 115L, 1);
        function.accumulate(other, 111L, 1);
        function.accumulate(other, 99L, 1);
        function.merge(one, List.of(other));
        assertArrayEquals(new Row[] {Row.of(0L, 1L), Row.of(110L, 2L)}, function.getValue(one));
    }
}
