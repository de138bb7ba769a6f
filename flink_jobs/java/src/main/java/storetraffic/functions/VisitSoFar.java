package storetraffic.functions;

import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.types.Row;

/**
 * {@code VISIT_SO_FAR(entered_ms, left_ms, gap_ms) OVER (PARTITION BY zone, track ORDER BY rowtime)}: the visit that
 * the newest stay belongs to.
 *
 * <p>Stays of one track in one zone less than {@code gap_ms} apart are one visit. The answer holds when the visit began,
 * when its stay before this one ended (null for the first), and the number of this stay within the visit.
 */
@FunctionHint(output = @DataTypeHint("ROW<entered_ms BIGINT, previous_left_ms BIGINT, revision BIGINT>"))
public final class VisitSoFar extends AggregateFunction<Row, VisitSoFar.Visit> {

    private static final long serialVersionUID = 1L;

    /** The visit of the newest stay. */
    public static final class Visit {
        public Long enteredMs;
        public Long leftMs;
        public Long previousLeftMs;
        public long revision;
    }

    @Override
    public Visit createAccumulator() {
        return new Visit();
    }

    /** Goes on by one stay; stays come in the order of their ends. */
    public void accumulate(Visit visit, Long enteredMs, Long leftMs, Long gapMs) {
        boolean continues = visit.leftMs != null && enteredMs - visit.leftMs < gapMs;
        visit.previousLeftMs = continues ? visit.leftMs : null;
        visit.enteredMs = continues ? Math.min(visit.enteredMs, enteredMs) : enteredMs;
        visit.revision = continues ? visit.revision + 1 : 1;
        visit.leftMs = leftMs;
    }

    @Override
    public Row getValue(Visit visit) {
        return Row.of(visit.enteredMs, visit.previousLeftMs, visit.revision);
    }
}
