package storetraffic.decode;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ResumptionTest {

    private static final long SECOND = 1_000_000_000L;

    private final Resumption resumption = new Resumption(Duration.ofSeconds(30), 0);

    /** Records that follow each other give watermarks from the first on. */
    @Test
    void steadyRecordsAreNotHeld() {
        assertFalse(resumption.isResuming(29 * SECOND));
        assertFalse(resumption.isResuming(58 * SECOND));
    }

    /** After a silence as long as the idle timeout, records are held for a while, and then no more. */
    @Test
    void recordsAfterASilenceAreHeldForAWhile() {
        assertTrue(resumption.isResuming(30 * SECOND));
        assertTrue(resumption.isResuming(34 * SECOND));
        assertFalse(resumption.isResuming(35 * SECOND));
        assertFalse(resumption.isResuming(36 * SECOND));
    }

    /** Each silence counts, not the first alone. */
    @Test
    void everySilenceCounts() {
        resumption.isResuming(SECOND);
        assertTrue(resumption.isResuming(31 * SECOND));
        assertFalse(resumption.isResuming(40 * SECOND));
        assertTrue(resumption.isResuming(70 * SECOND));
    }
}
