package storetraffic.functions;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.types.Row;

/**
 * {@code DURATION_HISTOGRAM(duration_ms, weight)}: how many durations lie in each log-spaced bucket, as rows of a lower
 * bound and a count, rising, without empty buckets. Durations that are null do not count; a negative weight takes back.
 *
 * <p>A bucket is [lower, lower * 11 / 10) in whole milliseconds, from {@value #FIRST_MS} ms on; what is shorter lies in
 * [0, {@value #FIRST_MS}). See {@code contracts/histograms.py}, which a test holds this to.
 */
@FunctionHint(output = @DataTypeHint("ARRAY<ROW<lower_ms BIGINT NOT NULL, `count` BIGINT NOT NULL> NOT NULL>"))
public final class DurationHistogram extends AggregateFunction<Row[], DurationHistogram.Counts> {

    public static final long FIRST_MS = 100;
    public static final long LAST_MS = 7L * 24 * 3_600_000;

    private static final long serialVersionUID = 1L;

    /** Counts by lower bound. */
    public static final class Counts {
        public Map<Long, Long> byLowerMs = new HashMap<>();
    }

    @Override
    public Counts createAccumulator() {
        return new Counts();
    }

    /** Adds a duration so many times. */
    public void accumulate(Counts counts, Long durationMs, Integer weight) {
        if (durationMs != null && weight != null) {
            counts.byLowerMs.merge(lowerMs(durationMs), (long) weight, Long::sum);
        }
    }

    /** Adds other counts: histograms merge by adding. */
    public void merge(Counts counts, Iterable<Counts> others) {
        for (Counts other : others) {
            other.byLowerMs.forEach((lower, count) -> counts.byLowerMs.merge(lower, count, Long::sum));
        }
    }

    @Override
    public Row[] getValue(Counts counts) {
        return new TreeMap<>(counts.byLowerMs)
                .entrySet().stream()
                        .filter(bucket -> bucket.getValue() != 0)
                        .map(bucket -> Row.of(bucket.getKey(), bucket.getValue()))
                        .toArray(Row[]::new);
    }

    /** Returns the lower bound of the bucket of a duration. */
    static long lowerMs(long durationMs) {
        if (durationMs < FIRST_MS) {
            return 0;
        }
        long lower = FIRST_MS;
        for (long next = lower * 11 / 10; next <= durationMs && lower < LAST_MS; next = lower * 11 / 10) {
            lower = next;
        }
        return lower;
    }
}
