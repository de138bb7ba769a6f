package storetraffic.people;

/** A journey as it is now, and the journey it became part of, if any. */
public final class JourneyChange {
    public Journey journey;
    public String mergedInto;

    static JourneyChange of(Journey journey, String mergedInto) {
        JourneyChange change = new JourneyChange();
        change.journey = journey;
        change.mergedInto = mergedInto;
        return change;
    }
}
