package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

class VisitSoFarTest {

    private static final long GAP_MS = 30_000;

    private final VisitSoFar function = new VisitSoFar();
    private final VisitSoFar.Visit visit = function.createAccumulator();

    /** A stay within the gap continues the visit: the first entry holds, the revision goes up. */
    @Test
    void continuesWithinTheGap() {
        assertEquals(Row.of(1_000L, null, 1L), after(1_000, 10_000));
        assertEquals(Row.of(1_000L, 10_000L, 2L), after(39_999, 60_000));
        assertEquals(Row.of(1_000L, 60_000L, 3L), after(60_000, 61_000));
    }

    /** Stays exactly the gap apart are two visits. */
    @Test
    void beginsAnewAtExactlyTheGap() {
        after(1_000, 10_000);
        assertEquals(Row.of(40_000L, null, 1L), after(40_000, 50_000));
    }

    private Row after(long enteredMs, long leftMs) {
        function.accumulate(visit, enteredMs, leftMs, GAP_MS);
        return function.getValue(visit);
    }
}
