package storetraffic.people;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is remembered under a track: the person's recent stays and what was told of them, or who it was merged into. */
public final class Person {
    /** The track that goes on for this one; null for a person of its own. */
    public String mergedInto;

    public long touchedMs;
    public List<Stay> stays = new ArrayList<>();
    public List<Visit> visits = new ArrayList<>();
    public List<Journey> journeys = new ArrayList<>();

    private static final Comparator<Stay> BY_BEGINNING =
            Comparator.<Stay>comparingLong(stay -> stay.enteredMs).thenComparingLong(stay -> stay.leftMs);

    /** Adds a stay; stays are kept sorted by their beginning. */
    public void add(Stay stay) {
        stays.add(stay);
        stays.sort(BY_BEGINNING);
    }

    /** Takes over everything that is remembered of another track of the same person. */
    public void takeOver(Person other) {
        stays.addAll(other.stays);
        stays.sort(BY_BEGINNING);
        visits.addAll(other.visits);
        journeys.addAll(other.journeys);
    }

    /**
     * Forgets the chains of stays (at one place, less than {@code gapMs} apart) that ended before an instant, with what was
     * told of them: that is final.
     */
    public void forget(long beforeMs, long gapMs) {
        List<Stay> kept = new ArrayList<>();
        for (List<Stay> chain : chains(gapMs)) {
            if (chain.stream().anyMatch(stay -> stay.leftMs >= beforeMs)) {
                kept.addAll(chain);
            }
        }
        if (kept.size() == stays.size()) {
            return;
        }
        kept.sort(BY_BEGINNING);
        stays = kept;
        List<Visit> keptVisits = Visit.of(stays, gapMs);
        visits.removeIf(visit -> keptVisits.stream().noneMatch(other -> other.id().equals(visit.id())));
        List<Journey> keptJourneys = Journey.of(stays, gapMs);
        journeys.removeIf(journey -> keptJourneys.stream().noneMatch(other -> other.id().equals(journey.id())));
    }

    /** Works the visits out anew; returns each that is new, has changed, or has become part of another one. */
    public List<VisitChange> visitChanges(long gapMs) {
        Map<String, Visit> told = new HashMap<>();
        visits.forEach(visit -> told.put(visit.id(), visit));
        List<Visit> now = Visit.of(stays, gapMs);
        List<VisitChange> changes = new ArrayList<>();
        for (Visit visit : now) {
            Visit before = told.remove(visit.id());
            boolean isSame = before != null && before.isSameAs(visit);
            visit.revision = before == null ? 1 : before.revision + (isSame ? 0 : 1);
            if (!isSame) {
                changes.add(VisitChange.of(visit, before));
            }
        }
        for (Visit gone : visits) {
            if (told.containsKey(gone.id())) {
                now.stream().filter(visit -> visit.covers(gone)).findFirst().ifPresent(visit -> changes.add(
                        VisitChange.merged(gone, visit.id())));
            }
        }
        visits = now;
        return changes;
    }

    /** Works the journeys out anew; returns each that is new, has changed, or has become part of another one. */
    public List<JourneyChange> journeyChanges(long gapMs) {
        Map<String, Journey> told = new HashMap<>();
        journeys.forEach(journey -> told.put(journey.id(), journey));
        List<Journey> now = Journey.of(stays, gapMs);
        List<JourneyChange> changes = new ArrayList<>();
        for (Journey journey : now) {
            Journey before = told.remove(journey.id());
            boolean isSame = before != null && before.isSameAs(journey);
            journey.revision = before == null ? 1 : before.revision + (isSame ? 0 : 1);
            if (!isSame) {
                changes.add(JourneyChange.of(journey, null));
            }
        }
        for (Journey gone : journeys) {
            if (told.containsKey(gone.id())) {
                now.stream().filter(journey -> journey.covers(gone)).findFirst().ifPresent(journey -> {
                    gone.revision++;
                    gone.isSettled = true;
                    changes.add(JourneyChange.of(gone, journey.id()));
                });
            }
        }
        journeys = now;
        return changes;
    }

    private List<List<Stay>> chains(long gapMs) {
        List<List<Stay>> chains = new ArrayList<>();
        Map<String, List<Stay>> latest = new HashMap<>();
        Map<String, Long> leftMs = new HashMap<>();
        for (Stay stay : stays) {
            String place = stay.place();
            if (!latest.containsKey(place) || stay.enteredMs - leftMs.get(place) >= gapMs) {
                latest.put(place, new ArrayList<>());
                leftMs.put(place, Long.MIN_VALUE);
                chains.add(latest.get(place));
            }
            latest.get(place).add(stay);
            leftMs.merge(place, stay.leftMs, Math::max);
        }
        return chains;
    }
}
