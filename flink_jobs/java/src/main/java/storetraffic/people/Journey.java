package storetraffic.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A person's way through a lane's queue as it is known so far, and how often it was told. */
public final class Journey {
    public String laneId;
    public String trackId;
    public long joinedMs;
    public long leftMs;
    public String end;
    public Long serviceStartMs;
    public Long serviceEndMs;
    /** Nothing that the person does later changes the outcome; else what comes next may still be the service. */
    public boolean isSettled;

    public long revision;

    /** Returns the id: of the first stay in the queue, so that later ones do not change it. */
    public String id() {
        return laneId + "/" + trackId + "/" + joinedMs;
    }

    boolean covers(Journey other) {
        return laneId.equals(other.laneId) && joinedMs <= other.joinedMs && other.joinedMs <= leftMs;
    }

    boolean isSameAs(Journey other) {
        return leftMs == other.leftMs
                && isSettled == other.isSettled
                && end.equals(other.end)
                && Objects.equals(serviceStartMs, other.serviceStartMs)
                && Objects.equals(serviceEndMs, other.serviceEndMs);
    }

    /**
     * Returns the journeys that a person's stays make. At each lane, stays of the same kind less than {@code gapMs} apart
     * with none of the other kind between them are one spell; a spell in the queue is a journey, and the spell that begins
     * less than {@code gapMs} after it is its service.
     *
     * @param stays sorted by their beginning
     */
    static List<Journey> of(List<Stay> stays, long gapMs) {
        List<Journey> journeys = new ArrayList<>();
        List<String> lanes = new ArrayList<>();
        for (Stay stay : stays) {
            if (isCounted(stay) && !lanes.contains(stay.laneId)) {
                lanes.add(stay.laneId);
                addAtLane(stay.laneId, stays, gapMs, journeys);
            }
        }
        return journeys;
    }

    private static boolean isCounted(Stay stay) {
        return stay.isAtLane() && !stay.isStaff;
    }

    private static void addAtLane(String laneId, List<Stay> stays, long gapMs, List<Journey> journeys) {
        Journey current = null;
        boolean isBeingServed = false;
        for (Stay stay : stays) {
            if (!isCounted(stay) || !stay.laneId.equals(laneId)) {
                continue;
            }
            boolean isQueue = "queue".equals(stay.zoneKind);
            if (current != null && current.goesOn(stay, isQueue, isBeingServed, gapMs)) {
                isBeingServed = !isQueue;
                continue;
            }
            if (current != null) {
                current.isSettled = true;
            }
            current = isQueue ? first(stay) : null;
            isBeingServed = false;
            if (current != null) {
                journeys.add(current);
            }
        }
    }

    /** Takes a stay that belongs to the journey; returns whether it does. */
    private boolean goesOn(Stay stay, boolean isQueue, boolean isBeingServed, long gapMs) {
        if (isQueue) {
            if (isBeingServed || stay.enteredMs - leftMs >= gapMs) {
                return false;
            }
            queue(stay);
            return true;
        }
        long sinceMs = isBeingServed ? serviceEndMs : leftMs;
        if (stay.enteredMs - sinceMs >= gapMs) {
            return false;
        }
        serviceStartMs = isBeingServed ? serviceStartMs : Long.valueOf(stay.enteredMs);
        serviceEndMs = isBeingServed ? Long.valueOf(Math.max(serviceEndMs, stay.leftMs)) : Long.valueOf(stay.leftMs);
        isSettled = true;
        return true;
    }

    private static Journey first(Stay stay) {
        Journey journey = new Journey();
        journey.laneId = stay.laneId;
        journey.trackId = stay.trackId;
        journey.joinedMs = stay.enteredMs;
        journey.leftMs = Long.MIN_VALUE;
        journey.queue(stay);
        return journey;
    }

    private void queue(Stay stay) {
        if (stay.leftMs >= leftMs) {
            leftMs = stay.leftMs;
            end = stay.end;
        }
    }
}
