package storetraffic.functions;

import java.util.Comparator;
import java.util.Optional;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryRowWriter;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code LANE_PRESENCE(zones, interval_ms, event_time_ms)}: for how long people, customers or staff, were at each lane's
 * till within each interval of a window, in the order of time.
 */
public final class LanePresence extends AggregateFunction<ArrayData, BinaryRows> {

    /** Places in a row of the result. */
    static final int LANE_ID = 0;

    static final int EVENT_TIME_MS = 1;
    static final int INTERVAL_MS = 2;
    static final int PRESENCE_MS = 3;
    static final int ARITY = 4;

    private static final DataType RESULT = DataTypes.ARRAY(DataTypes.ROW(
                    DataTypes.FIELD("lane_id", DataTypes.STRING().notNull()),
                    DataTypes.FIELD("event_time_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("interval_ms", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("presence_ms", DataTypes.BIGINT().notNull()))
            .notNull());
    private static final long serialVersionUID = 1L;

    /** How Flink writes the presences so far. */
    public static final class RowsSerializer extends StateSerializer<BinaryRows> {
        private static final long serialVersionUID = 1L;

        public RowsSerializer() {
            super(() -> new BinaryRows(ARITY), source -> BinaryRows.read(ARITY, source));
        }

        @Override
        public TypeSerializerSnapshot<BinaryRows> snapshotConfiguration() {
            return new Snapshot();
        }

        /** How Flink finds the serializer again when it restores state. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<BinaryRows> {
            public Snapshot() {
                super(RowsSerializer::new);
            }
        }
    }

    @Override
    public BinaryRows createAccumulator() {
        return new BinaryRows(ARITY);
    }

    /** Adds a snapshot; one without zones is passed over. */
    public void accumulate(BinaryRows presences, ArrayData zones, Integer intervalMs, Long eventTimeMs) {
        for (int at = 0; zones != null && at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ZoneSums.ARITY);
            if (!zone.isNullAt(ZoneSums.LANE_ID) && zone.getString(ZoneSums.ZONE_KIND).equals(LaneZones.SERVICE)) {
                presences.add(row(zone, intervalMs, eventTimeMs));
            }
        }
    }

    private static BinaryRowData row(RowData zone, long intervalMs, long eventTimeMs) {
        BinaryRowData row = new BinaryRowData(ARITY);
        BinaryRowWriter writer = new BinaryRowWriter(row);
        writer.writeString(LANE_ID, zone.getString(ZoneSums.LANE_ID));
        writer.writeLong(EVENT_TIME_MS, eventTimeMs);
        writer.writeLong(INTERVAL_MS, intervalMs);
        writer.writeLong(PRESENCE_MS, zone.getLong(ZoneSums.PERSON_MS) + zone.getLong(ZoneSums.STAFF_PERSON_MS));
        writer.complete();
        return row;
    }

    @Override
    public ArrayData getValue(BinaryRows presences) {
        presences.rows().sort(Comparator.comparingLong(row -> row.getLong(EVENT_TIME_MS)));
        return presences.toArray();
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(3))
                .accumulatorTypeStrategy(call -> Optional.of(DataTypes.RAW(BinaryRows.class, new RowsSerializer())))
                .outputTypeStrategy(Internal.result(types -> RESULT))
                .build();
    }
}
