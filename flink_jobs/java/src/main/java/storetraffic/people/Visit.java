package storetraffic.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A visit of one person to one zone as it is known so far, and how often it was told. */
public final class Visit {
    public String zoneId;
    public String zoneKind;
    public String laneId;
    public String cameraId;
    public String trackId;
    public long enteredMs;
    public long leftMs;
    public String end;
    public boolean isStaff;
    public long revision;

    /** Returns the id: of the first stay, so that later ones do not change it. */
    public String id() {
        return zoneId + "/" + trackId + "/" + enteredMs;
    }

    public long dwellMs() {
        return leftMs - enteredMs;
    }

    boolean covers(Visit other) {
        return zoneId.equals(other.zoneId) && enteredMs <= other.enteredMs && other.enteredMs <= leftMs;
    }

    boolean isSameAs(Visit other) {
        return leftMs == other.leftMs
                && isStaff == other.isStaff
                && end.equals(other.end)
                && cameraId.equals(other.cameraId)
                && zoneKind.equals(other.zoneKind)
                && Objects.equals(laneId, other.laneId);
    }

    /**
     * Returns the visits that a person's stays make: those in one zone that begin less than {@code gapMs} after the end
     * of what came before are one visit.
     *
     * @param stays sorted by their beginning
     */
    static List<Visit> of(List<Stay> stays, long gapMs) {
        List<Visit> visits = new ArrayList<>();
        for (Stay stay : stays) {
            Visit visit = latestIn(visits, stay.zoneId);
            if (visit == null || stay.enteredMs - visit.leftMs >= gapMs) {
                visits.add(first(stay));
            } else {
                visit.goOn(stay);
            }
        }
        return visits;
    }

    private static Visit latestIn(List<Visit> visits, String zoneId) {
        for (int at = visits.size() - 1; at >= 0; at--) {
            if (visits.get(at).zoneId.equals(zoneId)) {
                return visits.get(at);
            }
        }
        return null;
    }

    private static Visit first(Stay stay) {
        Visit visit = new Visit();
        visit.zoneId = stay.zoneId;
        visit.trackId = stay.trackId;
        visit.enteredMs = stay.enteredMs;
        visit.leftMs = Long.MIN_VALUE;
        visit.goOn(stay);
        return visit;
    }

    private void goOn(Stay stay) {
        isStaff |= stay.isStaff;
        if (stay.leftMs >= leftMs) {
            leftMs = stay.leftMs;
            end = stay.end;
            cameraId = stay.cameraId;
            zoneKind = stay.zoneKind;
            laneId = stay.laneId;
        }
    }
}
