package storetraffic.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the declared cases in {@code tests/sql/cases} cannot say: forgetting, and what a change tells. */
class PersonTest {

    private static final long GAP_MS = 30_000;

    private final Person person = new Person();

    /** What ended before the horizon is final: it is not told again, and what comes then is a visit of its own. */
    @Test
    void whatIsForgottenIsFinal() {
        person.add(stay("aisle-1", 0, 10_000));
        assertEquals(List.of("aisle-1/t/0 r1"), told());
        person.forget(10_001, GAP_MS);
        person.add(stay("aisle-1", 20_000, 25_000));
        assertEquals(List.of("aisle-1/t/20000 r1"), told());
    }

    /** A chain is forgotten as a whole: while its last stay is young, its first one is remembered. */
    @Test
    void chainsAreForgottenAsAWhole() {
        person.add(stay("aisle-1", 0, 10_000));
        person.add(stay("aisle-1", 20_000, 40_000));
        told();
        person.forget(30_000, GAP_MS);
        person.add(stay("aisle-1", 45_000, 50_000));
        assertEquals(List.of("aisle-1/t/0 r2"), told());
    }

    /** A change carries what the visit counted for before, so that sums can take it back. */
    @Test
    void changesCarryWhatWasBefore() {
        person.add(stay("aisle-1", 0, 10_000));
        told();
        person.add(stay("aisle-1", 20_000, 40_000));
        VisitChange change = person.visitChanges(GAP_MS).get(0);
        assertEquals(10_000, change.previousDwellMs);
        assertEquals(40_000, change.visit.dwellMs());
    }

    /** A visit that becomes part of another says of which one, and counts for nothing from then on. */
    @Test
    void mergedVisitsSayWhereTheyWent() {
        Person other = new Person();
        other.add(stay("aisle-1", 12_000, 20_000));
        other.visitChanges(GAP_MS);
        person.add(stay("aisle-1", 0, 10_000));
        told();
        person.takeOver(other);
        List<VisitChange> changes = person.visitChanges(GAP_MS);
        assertEquals(List.of("aisle-1/t/0 r2", "aisle-1/t/12000 r2"), ids(changes));
        assertEquals("aisle-1/t/0", changes.get(1).mergedInto);
        assertTrue(person.visitChanges(GAP_MS).isEmpty());
    }

    private List<String> told() {
        return ids(person.visitChanges(GAP_MS));
    }

    private static List<String> ids(List<VisitChange> changes) {
        return changes.stream()
                .map(change -> change.visit.id() + " r" + change.visit.revision)
                .collect(Collectors.toList());
    }

    private static Stay stay(String zoneId, long enteredMs, long leftMs) {
        Stay stay = new Stay();
        stay.trackId = "t";
        stay.zoneId = zoneId;
        stay.zoneKind = "aisle";
        stay.cameraId = "c";
        stay.enteredMs = enteredMs;
        stay.leftMs = leftMs;
        stay.end = "left";
        return stay;
    }
}
