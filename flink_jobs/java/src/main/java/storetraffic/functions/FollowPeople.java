package storetraffic.functions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.types.Row;
import storetraffic.people.Journey;
import storetraffic.people.JourneyChange;
import storetraffic.people.Person;
import storetraffic.people.Stay;
import storetraffic.people.Visit;
import storetraffic.people.VisitChange;

/**
 * {@code FOLLOW_PEOPLE(now_ms, gap_ms, horizon_ms, from_track_id, track_id, zone_id, zone_kind, lane_id, camera_id,
 * entered_ms, left_ms, end, is_staff) OVER (PARTITION BY store, device ORDER BY rowtime)}: which visits and queue journeys
 * a stay, or a merge of two tracks, makes or changes.
 *
 * <p>With {@code from_track_id} the row is a merge: that track and {@code track_id} are one person. After every row the
 * person's visits and journeys are worked out anew from the definition over all remembered stays, and what differs from
 * what was told is told. What ended more than {@code horizon_ms} ago is final and is forgotten, so the state holds the
 * people of the last while only.
 */
@FunctionHint(
        output =
                @DataTypeHint(
                        "ROW<"
                                + "visits ARRAY<ROW<visit_id STRING, revision BIGINT, zone_id STRING, zone_kind STRING, "
                                + "lane_id STRING, camera_id STRING, track_id STRING, entered_ms BIGINT, left_ms BIGINT, "
                                + "`end` STRING, is_staff BOOLEAN, previous_dwell_ms BIGINT, previous_is_staff BOOLEAN, "
                                + "previous_end STRING, merged_into STRING> NOT NULL>, "
                                + "journeys ARRAY<ROW<journey_id STRING, revision BIGINT, lane_id STRING, "
                                + "track_id STRING, joined_ms BIGINT, left_ms BIGINT, `end` STRING, "
                                + "service_start_ms BIGINT, service_end_ms BIGINT, is_settled BOOLEAN, "
                                + "merged_into STRING> NOT NULL>>"))
public final class FollowPeople extends AggregateFunction<Row, FollowPeople.Device> {

    private static final long serialVersionUID = 1L;

    /** Everybody whom one device saw lately, by track; and what the newest row changed. */
    public static final class Device {
        public MapView<String, Person> people = new MapView<>();
        public long stretch = Long.MIN_VALUE;
        public List<VisitChange> visitChanges = new ArrayList<>();
        public List<JourneyChange> journeyChanges = new ArrayList<>();
    }

    @Override
    public Device createAccumulator() {
        return new Device();
    }

    /** Takes one stay or one merge. */
    public void accumulate(
            Device device,
            Long nowMs,
            Long gapMs,
            Long horizonMs,
            String fromTrackId,
            String trackId,
            String zoneId,
            String zoneKind,
            String laneId,
            String cameraId,
            Long enteredMs,
            Long leftMs,
            String end,
            Boolean isStaff)
            throws Exception {
        forgetTheGone(device, nowMs, horizonMs);
        Found found = find(device, trackId, nowMs, gapMs, horizonMs);
        Person person = found.person;
        if (fromTrackId == null) {
            Stay stay = new Stay();
            stay.trackId = trackId;
            stay.zoneId = zoneId;
            stay.zoneKind = zoneKind;
            stay.laneId = laneId;
            stay.cameraId = cameraId;
            stay.enteredMs = enteredMs;
            stay.leftMs = leftMs;
            stay.end = end;
            stay.isStaff = isStaff;
            person.add(stay);
        } else {
            Found other = find(device, fromTrackId, nowMs, gapMs, horizonMs);
            if (!other.root.equals(found.root)) {
                person.takeOver(other.person);
                Person merged = new Person();
                merged.mergedInto = found.root;
                keep(device, other.root, merged, nowMs);
            }
        }
        device.visitChanges = person.visitChanges(gapMs);
        device.journeyChanges = person.journeyChanges(gapMs);
        keep(device, found.root, person, nowMs);
    }

    @Override
    public Row getValue(Device device) {
        return Row.of(
                device.visitChanges.stream().map(FollowPeople::row).toArray(Row[]::new),
                device.journeyChanges.stream().map(FollowPeople::row).toArray(Row[]::new));
    }

    /** A person, and the track under which they are remembered. */
    private static final class Found {
        final String root;
        final Person person;

        Found(String root, Person person) {
            this.root = root;
            this.person = person;
        }
    }

    /** Returns whom a track belongs to, by the last of a chain of merges; a new person if nobody remembers it. */
    private static Found find(Device device, String trackId, long nowMs, long gapMs, long horizonMs) throws Exception {
        String root = trackId;
        Person person = device.people.get(root);
        while (person != null && person.mergedInto != null && nowMs - person.touchedMs <= horizonMs) {
            keep(device, root, person, nowMs);
            root = person.mergedInto;
            person = device.people.get(root);
        }
        if (person == null || person.mergedInto != null) {
            return new Found(root, new Person());
        }
        person.forget(nowMs - horizonMs, gapMs);
        return new Found(root, person);
    }

    private static void keep(Device device, String trackId, Person person, long nowMs) throws Exception {
        person.touchedMs = nowMs;
        device.people.put(trackId, person);
    }

    /**
     * Removes the tracks that were not touched for longer than the horizon: nothing about them can change any more.
     *
     * <p>Everybody is looked at, but once a horizon only: a row reads and writes the people it is about and no index.
     */
    private static void forgetTheGone(Device device, long nowMs, long horizonMs) throws Exception {
        long stretch = nowMs / horizonMs;
        if (stretch == device.stretch) {
            return;
        }
        device.stretch = stretch;
        List<String> gone = new ArrayList<>();
        for (Map.Entry<String, Person> each : device.people.entries()) {
            if (each.getValue().touchedMs / horizonMs < stretch - 1) {
                gone.add(each.getKey());
            }
        }
        for (String trackId : gone) {
            device.people.remove(trackId);
        }
    }

    private static Row row(VisitChange change) {
        Visit visit = change.visit;
        return Row.of(
                visit.id(),
                visit.revision,
                visit.zoneId,
                visit.zoneKind,
                visit.laneId,
                visit.cameraId,
                visit.trackId,
                visit.enteredMs,
                visit.leftMs,
                visit.end,
                visit.isStaff,
                change.previousDwellMs,
                change.previousIsStaff,
                change.previousEnd,
                change.mergedInto);
    }

    private static Row row(JourneyChange change) {
        Journey journey = change.journey;
        return Row.of(
                journey.id(),
                journey.revision,
                journey.laneId,
                journey.trackId,
                journey.joinedMs,
                journey.leftMs,
                journey.end,
                journey.serviceStartMs,
                journey.serviceEndMs,
                journey.isSettled,
                change.mergedInto);
    }
}
