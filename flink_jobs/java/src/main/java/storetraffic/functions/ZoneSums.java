package storetraffic.functions;

import java.util.List;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code ZONE_SUMS(zones, interval_ms, event_time_ms, is_late)}: what each zone of a device held during a window, summed over
 * its snapshots, as one list for all zones.
 *
 * <p>A snapshot stays one row until its window is over: one keyed row in place of sixty.
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
                    DataTypes.FIELD("late_snapshots", DataTypes.BIGINT().notNull()))
            .notNull());

    private static final long serialVersionUID = 1L;

    @Override
    public ZoneTotals createAccumulator() {
        return new ZoneTotals();
    }

    /** Adds one snapshot. */
    public void accumulate(ZoneTotals totals, ArrayData zones, Integer intervalMs, Long eventTimeMs, Boolean isLate) {
        for (int at = 0; at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ARITY);
            totals.at(at, zone.getString(ZONE_ID)).add(zone, intervalMs, eventTimeMs, isLate);
        }
    }

    /** Adds other totals: those of the same window from another slice of the work. */
    public void merge(ZoneTotals totals, Iterable<ZoneTotals> others) {
        for (ZoneTotals other : others) {
            List<ZoneTotals.Total> ofOther = other.totals();
            for (int at = 0; at < ofOther.size(); at++) {
                totals.at(at, ofOther.get(at).zoneId).add(ofOther.get(at));
            }
        }
    }

    @Override
    public ArrayData getValue(ZoneTotals totals) {
        return new GenericArrayData(totals.totals().stream().map(ZoneSums::row).toArray());
    }

    private static RowData row(ZoneTotals.Total total) {
        return GenericRowData.of(
                total.zoneId,
                total.zoneKind,
                total.laneId,
                total.cameraId,
                total.count,
                total.longestStayMs,
                total.countMax,
                total.personMs,
                total.intervalMs,
                total.entered,
                total.left,
                total.staffPersonMs,
                total.snapshots,
                total.lateSnapshots);
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(4))
                .accumulatorTypeStrategy(call -> Optional.of(DataTypes.RAW(ZoneTotals.class, new ZoneTotalsSerializer())))
                .outputTypeStrategy(Internal.result(types -> RESULT))
                .build();
    }
}
