package storetraffic.functions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;

/** Running totals of a device's zones, in the order in which the zones first came. */
public final class ZoneTotals implements StateWriting {

    private final List<Total> totals = new ArrayList<>();
    private Map<StringData, Total> byId;

    /** The totals of one zone. */
    static final class Total {
        StringData zoneId;
        StringData zoneKind;
        StringData laneId;
        StringData cameraId;
        int count;
        long longestStayMs;
        long lastTimeMs = Long.MIN_VALUE;
        int countMax;
        long personMs;
        long intervalMs;
        long entered;
        long left;
        long staffPersonMs;
        long snapshots;
        long lateSnapshots;

        void add(RowData zone, int ofIntervalMs, long eventTimeMs, boolean isLate) {
            zoneKind = greater(zoneKind, zone.getString(ZoneSums.ZONE_KIND));
            laneId = greater(laneId, zone.isNullAt(ZoneSums.LANE_ID) ? null : zone.getString(ZoneSums.LANE_ID));
            cameraId = greater(cameraId, zone.getString(ZoneSums.CAMERA_ID));
            see(eventTimeMs, zone.getInt(ZoneSums.COUNT), zone.getLong(ZoneSums.LONGEST_STAY_MS));
            countMax = Math.max(countMax, zone.getInt(ZoneSums.COUNT_MAX));
            personMs += zone.getLong(ZoneSums.PERSON_MS);
            intervalMs += ofIntervalMs;
            entered += zone.getInt(ZoneSums.ENTERED);
            left += zone.getInt(ZoneSums.LEFT);
            staffPersonMs += zone.getLong(ZoneSums.STAFF_PERSON_MS);
            snapshots++;
            lateSnapshots += isLate ? 1 : 0;
        }

        void add(Total other) {
            zoneKind = greater(zoneKind, other.zoneKind);
            laneId = greater(laneId, other.laneId);
            cameraId = greater(cameraId, other.cameraId);
            see(other.lastTimeMs, other.count, other.longestStayMs);
            countMax = Math.max(countMax, other.countMax);
            personMs += other.personMs;
            intervalMs += other.intervalMs;
            entered += other.entered;
            left += other.left;
            staffPersonMs += other.staffPersonMs;
            snapshots += other.snapshots;
            lateSnapshots += other.lateSnapshots;
        }

        /** Keeps what the latest snapshot said; of two at one instant the greater values, whatever their order. */
        private void see(long timeMs, int newCount, long newLongestStayMs) {
            if (timeMs > lastTimeMs) {
                lastTimeMs = timeMs;
                count = newCount;
                longestStayMs = newLongestStayMs;
            } else if (timeMs == lastTimeMs) {
                count = Math.max(count, newCount);
                longestStayMs = Math.max(longestStayMs, newLongestStayMs);
            }
        }
    }

    List<Total> totals() {
        return totals;
    }

    /** Returns the totals of a zone, which is usually at the place where it was before. */
    Total at(int place, StringData zoneId) {
        if (place < totals.size() && totals.get(place).zoneId.equals(zoneId)) {
            return totals.get(place);
        }
        if (byId == null) {
            byId = new HashMap<>();
            totals.forEach(total -> byId.put(total.zoneId, total));
        }
        Total total = byId.get(zoneId);
        if (total == null) {
            total = new Total();
            total.zoneId = Texts.copy(zoneId);
            totals.add(total);
            byId.put(total.zoneId, total);
        }
        return total;
    }

    @Override
    public void write(DataOutputView target) throws IOException {
        target.writeInt(totals.size());
        for (Total total : totals) {
            Texts.write(target, total.zoneId);
            Texts.write(target, total.zoneKind);
            Texts.write(target, total.laneId);
            Texts.write(target, total.cameraId);
            target.writeInt(total.count);
            target.writeLong(total.longestStayMs);
            target.writeLong(total.lastTimeMs);
            target.writeInt(total.countMax);
            target.writeLong(total.personMs);
            target.writeLong(total.intervalMs);
            target.writeLong(total.entered);
            target.writeLong(total.left);
            target.writeLong(total.staffPersonMs);
            target.writeLong(total.snapshots);
            target.writeLong(total.lateSnapshots);
        }
    }

    static ZoneTotals read(DataInputView source) throws IOException {
        ZoneTotals read = new ZoneTotals();
        for (int left = source.readInt(); left > 0; left--) {
            Total total = new Total();
            total.zoneId = Texts.read(source);
            total.zoneKind = Texts.read(source);
            total.laneId = Texts.read(source);
            total.cameraId = Texts.read(source);
            total.count = source.readInt();
            total.longestStayMs = source.readLong();
            total.lastTimeMs = source.readLong();
            total.countMax = source.readInt();
            total.personMs = source.readLong();
            total.intervalMs = source.readLong();
            total.entered = source.readLong();
            total.left = source.readLong();
            total.staffPersonMs = source.readLong();
            total.snapshots = source.readLong();
            total.lateSnapshots = source.readLong();
            read.totals.add(total);
        }
        return read;
    }

    /** Returns the greater text, so that the order of snapshots does not matter should a zone change within a window. */
    private static StringData greater(StringData known, StringData text) {
        if (text == null || text.equals(known)) {
            return known;
        }
        return known == null || text.compareTo(known) > 0 ? Texts.copy(text) : known;
    }
}
