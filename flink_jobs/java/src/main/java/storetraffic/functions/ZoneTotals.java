package storetraffic.functions;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryRowWriter;

/** Running totals of a store's zones, and how much of what was expected its cameras gave. */
public final class ZoneTotals implements StateWriting {

    /** Places in a zone's totals: those of {@link ZoneSums#RESULT}. */
    static final int ZONE_ID = 0;

    static final int ZONE_KIND = 1;
    static final int LANE_ID = 2;
    static final int CAMERA_ID = 3;
    static final int COUNT = 4;
    static final int LONGEST_STAY_MS = 5;
    static final int COUNT_MAX = 6;
    static final int PERSON_MS = 7;
    static final int INTERVAL_MS = 8;
    static final int ENTERED = 9;
    static final int LEFT = 10;
    static final int STAFF_PERSON_MS = 11;
    static final int SNAPSHOTS = 12;
    static final int LATE_SNAPSHOTS = 13;
    static final int LAST_TIME_MS = 14;
    static final int CAMERA_UP_SHARE = 15;
    static final int ARITY = 16;

    private static final int UP_SHARE_SUM = 1;
    private static final int REPORTS = 2;
    private static final int CAMERA_ARITY = 3;
    private static final int USUAL_ROW_BYTES = 256;

    private final BinaryRows zones;
    private final BinaryRows cameras;

    ZoneTotals() {
        this(new BinaryRows(ARITY), new BinaryRows(CAMERA_ARITY));
    }

    private ZoneTotals(BinaryRows zones, BinaryRows cameras) {
        this.zones = zones;
        this.cameras = cameras;
    }

    /** Adds what a snapshot says of a zone, which stands at a place in its list. */
    void addZone(int place, RowData zone, int intervalMs, long eventTimeMs, boolean isLate) {
        BinaryRowData total = zones.get(place, zone.getString(ZoneSums.ZONE_ID));
        if (total == null) {
            total = row(zone);
            zones.add(total);
        } else if (!isAlike(total, zone)) {
            total = renamed(total, zone);
        }
        see(total, zone, eventTimeMs);
        total.setInt(COUNT_MAX, Math.max(total.getInt(COUNT_MAX), zone.getInt(ZoneSums.COUNT_MAX)));
        increase(total, PERSON_MS, zone.getLong(ZoneSums.PERSON_MS));
        increase(total, INTERVAL_MS, intervalMs);
        increase(total, ENTERED, zone.getInt(ZoneSums.ENTERED));
        increase(total, LEFT, zone.getInt(ZoneSums.LEFT));
        increase(total, STAFF_PERSON_MS, zone.getLong(ZoneSums.STAFF_PERSON_MS));
        increase(total, SNAPSHOTS, 1);
        increase(total, LATE_SNAPSHOTS, isLate ? 1 : 0);
    }

    /** Adds a camera's report: the share of the expected frames that it gave. */
    void addCamera(StringData cameraId, double upShare) {
        BinaryRowData camera = cameras.get(0, cameraId);
        if (camera == null) {
            camera = new BinaryRowData(CAMERA_ARITY);
            BinaryRowWriter writer = new BinaryRowWriter(camera);
            writer.writeString(0, cameraId);
            writer.writeDouble(UP_SHARE_SUM, 0);
            writer.writeLong(REPORTS, 0);
            writer.complete();
            cameras.add(camera);
        }
        camera.setDouble(UP_SHARE_SUM, camera.getDouble(UP_SHARE_SUM) + upShare);
        increase(camera, REPORTS, 1);
    }

    /** Returns a row of {@link ZoneSums#RESULT} for each zone. */
    ArrayData told() {
        for (BinaryRowData total : zones.rows()) {
            BinaryRowData camera = cameras.get(0, total.getString(CAMERA_ID));
            if (camera == null) {
                total.setNullAt(CAMERA_UP_SHARE);
            } else {
                total.setDouble(CAMERA_UP_SHARE, camera.getDouble(UP_SHARE_SUM) / camera.getLong(REPORTS));
            }
        }
        return zones.toArray();
    }

    @Override
    public void write(DataOutputView target) throws IOException {
        zones.write(target);
        cameras.write(target);
    }

    static ZoneTotals read(DataInputView source) throws IOException {
        return new ZoneTotals(BinaryRows.read(ARITY, source), BinaryRows.read(CAMERA_ARITY, source));
    }

    private static BinaryRowData row(RowData zone) {
        return row(
                zone.getString(ZoneSums.ZONE_ID), zone.getString(ZoneSums.ZONE_KIND), lane(zone),
                zone.getString(ZoneSums.CAMERA_ID));
    }

    private static BinaryRowData row(StringData id, StringData kind, StringData laneId, StringData cameraId) {
        BinaryRowData row = new BinaryRowData(ARITY);
        BinaryRowWriter writer = new BinaryRowWriter(row, USUAL_ROW_BYTES);
        writer.writeString(ZONE_ID, id);
        writer.writeString(ZONE_KIND, kind);
        if (laneId == null) {
            writer.setNullAt(LANE_ID);
        } else {
            writer.writeString(LANE_ID, laneId);
        }
        writer.writeString(CAMERA_ID, cameraId);
        writer.writeInt(COUNT, 0);
        writer.writeInt(COUNT_MAX, 0);
        for (int position = LONGEST_STAY_MS; position < LAST_TIME_MS; position++) {
            if (position != COUNT_MAX) {
                writer.writeLong(position, 0);
            }
        }
        writer.writeLong(LAST_TIME_MS, Long.MIN_VALUE);
        writer.setNullAt(CAMERA_UP_SHARE);
        writer.complete();
        return row;
    }

    private static boolean isAlike(BinaryRowData total, RowData zone) {
        boolean isLaneNull = total.isNullAt(LANE_ID);
        return total.getString(ZONE_KIND).equals(zone.getString(ZoneSums.ZONE_KIND))
                && total.getString(CAMERA_ID).equals(zone.getString(ZoneSums.CAMERA_ID))
                && isLaneNull == zone.isNullAt(ZoneSums.LANE_ID)
                && (isLaneNull || total.getString(LANE_ID).equals(zone.getString(ZoneSums.LANE_ID)));
    }

    /** Takes the greater texts, so that the order of snapshots does not matter should a zone change within a window. */
    private BinaryRowData renamed(BinaryRowData total, RowData zone) {
        StringData laneId = total.isNullAt(LANE_ID) ? null : total.getString(LANE_ID);
        BinaryRowData row = row(
                total.getString(ZONE_ID),
                greater(total.getString(ZONE_KIND), zone.getString(ZoneSums.ZONE_KIND)),
                greater(laneId, lane(zone)),
                greater(total.getString(CAMERA_ID), zone.getString(ZoneSums.CAMERA_ID)));
        row.setInt(COUNT, total.getInt(COUNT));
        row.setInt(COUNT_MAX, total.getInt(COUNT_MAX));
        for (int position = LONGEST_STAY_MS; position <= LAST_TIME_MS; position++) {
            if (position != COUNT_MAX) {
                row.setLong(position, total.getLong(position));
            }
        }
        zones.replace(total, row);
        return row;
    }

    /** Keeps what the latest snapshot said; of two at one instant the greater values, whatever their order. */
    private static void see(BinaryRowData total, RowData zone, long timeMs) {
        int count = zone.getInt(ZoneSums.COUNT);
        long longestStayMs = zone.getLong(ZoneSums.LONGEST_STAY_MS);
        long lastTimeMs = total.getLong(LAST_TIME_MS);
        if (timeMs > lastTimeMs) {
            total.setLong(LAST_TIME_MS, timeMs);
            total.setInt(COUNT, count);
            total.setLong(LONGEST_STAY_MS, longestStayMs);
        } else if (timeMs == lastTimeMs) {
            total.setInt(COUNT, Math.max(total.getInt(COUNT), count));
            total.setLong(LONGEST_STAY_MS, Math.max(total.getLong(LONGEST_STAY_MS), longestStayMs));
        }
    }

    private static void increase(BinaryRowData row, int position, long by) {
        row.setLong(position, row.getLong(position) + by);
    }

    private static StringData lane(RowData zone) {
        return zone.isNullAt(ZoneSums.LANE_ID) ? null : zone.getString(ZoneSums.LANE_ID);
    }

    private static StringData greater(StringData known, StringData text) {
        return known == null || (text != null && text.compareTo(known) > 0) ? text : known;
    }
}
