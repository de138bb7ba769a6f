package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeenBeforeTest {

    private final SeenBefore function = new SeenBefore();

    /** Numbers without gaps are one range, however they were shuffled. */
    @Test
    void joinsNeighbours() {
        SeenBefore.Seen seen = function.createAccumulator();
        for (long seq : new long[] {5, 3, 4, 0, 2, 1}) {
            assertFalse(isRepeated(seen, seq));
        }
        assertArrayEquals(new long[] {0, 5}, seen.ranges);
    }

    /** The answer equals that of a set of all numbers seen, on random streams with repeats, gaps and disorder. */
    @Test
    void equalsASet() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            SeenBefore.Seen seen = function.createAccumulator();
            Set<Long> oracle = new HashSet<>();
            for (int row = 0; row < 500; row++) {
                long seq = Math.max(0, row - random.nextInt(40)) + (random.nextInt(20) == 0 ? random.nextInt(1000) : 0);
                assertEquals(!oracle.add(seq), isRepeated(seen, seq));
            }
        }
    }

    /** State is bounded: with more gaps than it holds, the oldest range is forgotten and the newest are exact. */
    @Test
    void forgetsTheOldestRange() {
        SeenBefore.Seen seen = function.createAccumulator();
        for (long range = 0; range <= SeenBefore.MAX_RANGES; range++) {
            isRepeated(seen, 2 * range);
        }
        assertEquals(2 * SeenBefore.MAX_RANGES, seen.ranges.length);
        assertTrue(isRepeated(seen, 2));
        assertFalse(isRepeated(seen, 0));
    }

    private boolean isRepeated(SeenBefore.Seen seen, long seq) {
        function.accumulate(seen, seq);
        return function.getValue(seen);
    }
}
