package storetraffic.people;

/** A visit as it is now, what it counted for before (null for a new one), and the visit it became part of, if any. */
public final class VisitChange {
    public Visit visit;
    public Long previousDwellMs;
    public Boolean previousIsStaff;
    public String previousEnd;
    public String mergedInto;

    static VisitChange of(Visit visit, Visit before) {
        VisitChange change = new VisitChange();
        change.visit = visit;
        change.remember(before);
        return change;
    }

    static VisitChange merged(Visit gone, String into) {
        VisitChange change = new VisitChange();
        change.visit = gone;
        change.remember(gone);
        change.mergedInto = into;
        gone.revision++;
        return change;
    }

    private void remember(Visit before) {
        if (before != null) {
            previousDwellMs = before.dwellMs();
            previousIsStaff = before.isStaff;
            previousEnd = before.end;
        }
    }
}
