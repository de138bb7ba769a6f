package storetraffic.functions;

import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code ZONE_SUMS(zones, interval_ms, event_time_ms, is_late [, camera_id, up_share])}: what each zone of a store held
 * during a window, summed over its snapshots, as one list for all zones.
 *
 * <p>A row is a snapshot, or, with {@code zones} null, a camera's report, which tells its zones' {@code camera_up_share}. A
 * snapshot stays one row until its window is over: one keyed row in place of sixty. There is no {@code merge}: with it Flink
 * would add up before it sends, and write and read the totals once more for each window than it saves by that.
 */
public final class ZoneSums extends AggregateFunction<ArrayData, ZoneTotals> {

    /** Places in a zone of {@code contracts/events.py: ZoneSnapshot}; a test holds them to the rendered schema. */
    static final int ZONE_ID = 0;

    static final int ZONE_KIND = 1;
    static final int LANE_ID = 2;
    static final int CAMERA_ID = 3;
    static final int COUNT = 4;
    static final int COUNT_MAX = 5;
    static final int PERSON_MS = 6;
    static final int ENTERED = 7;
    static final int LEFT = 8;
    static final int LONGEST_STAY_MS = 9;
    static final int STAFF_PERSON_MS = 10;
    static final int ARITY = 11;

    static final DataType RESULT = DataTypes.ARRAY(DataTypes.ROW(
                    DataTypes.FIELD("zone_id", DataTypes.STRING().notNull()),
                    DataTypes.FIELD("zone_kind", DataTypes.STRING().notNull()),
                    DataTypes.FIELD("lane_id", DataTypes.STRING()),
                    DataTypes.FIELD("camera_id", DataTypes.STRING().notNull()),
                    DataTypes.FIELD("count", DataTypes.INT().notNull()),
                    DataTypes.FIELD("longest_stay_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("count_max", DataTypes.INT().notNull()),
                    DataTypes.FIELD("person_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("interval_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("entered", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("left", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("staff_person_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("snapshots", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("late_snapshots", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("last_time_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("camera_up_share", DataTypes.DOUBLE()))
            .notNull());

    private static final long serialVersionUID = 1L;

    @Override
    public ZoneTotals createAccumulator() {
        return new ZoneTotals();
    }

    /** Adds one snapshot. */
    public void accumulate(ZoneTotals totals, ArrayData zones, Integer intervalMs, Long eventTimeMs, Boolean isLate) {
        for (int at = 0; at < zones.size(); at++) {
            totals.addZone(at, zones.getRow(at, ARITY), intervalMs, eventTimeMs, isLate);
        }
    }

    /** Adds one snapshot, or one camera's report. */
    public void accumulate(
            ZoneTotals totals,
            ArrayData zones,
            Integer intervalMs,
            Long eventTimeMs,
            Boolean isLate,
            StringData cameraId,
            Double upShare) {
        if (zones == null) {
            totals.addCamera(cameraId, upShare);
        } else {
            accumulate(totals, zones, intervalMs, eventTimeMs, isLate);
        }
    }

    @Override
    public ArrayData getValue(ZoneTotals totals) {
        return totals.told();
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(4, 6))
                .accumulatorTypeStrategy(call -> Optional.of(DataTypes.RAW(ZoneTotals.class, new ZoneTotalsSerializer())))
                .outputTypeStrategy(Internal.result(types -> RESULT))
                .build();
    }
}
