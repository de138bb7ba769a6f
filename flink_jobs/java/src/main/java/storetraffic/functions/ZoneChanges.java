package storetraffic.functions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryRowWriter;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code ZONE_CHANGES(zones, window_number) OVER (PARTITION BY store, in the order of windows)}: of the zones of a window
 * ({@link ZoneSums}) those that must be told: whose values differ from the window before, in which somebody is (the longest
 * stay grows), that are new, and each at least once in {@value #TOLD_EVERY} windows, spread by zone.
 */
public final class ZoneChanges extends AggregateFunction<ArrayData, ZoneChanges.Seen> {

    public static final int TOLD_EVERY = 30;

    private static final int ZONE_ID = 0;
    private static final int COUNT = 1;
    private static final int PERSON_MS = 2;
    private static final int INTERVAL_MS = 3;
    private static final int ARITY = 4;
    private static final long serialVersionUID = 1L;

    /** What each zone held in the window before, and what is to be told of the newest window. */
    public static final class Seen implements StateWriting {
        private final BinaryRows before;
        // Not kept: it is asked for right after the row that makes it.
        private List<RowData> changed = new ArrayList<>();

        private Seen(BinaryRows before) {
            this.before = before;
        }

        @Override
        public void write(DataOutputView target) throws IOException {
            before.write(target);
        }

        static Seen create() {
            return new Seen(new BinaryRows(ARITY));
        }

        static Seen read(DataInputView source) throws IOException {
            return new Seen(BinaryRows.read(ARITY, source));
        }

        /** Goes on to what a zone holds now; returns whether it is empty and was so before. */
        private boolean isStillEmpty(int place, RowData zone) {
            int count = zone.getInt(ZoneTotals.COUNT);
            long personMs = zone.getLong(ZoneTotals.PERSON_MS);
            long intervalMs = zone.getLong(ZoneTotals.INTERVAL_MS);
            BinaryRowData last = before.get(place, zone.getString(ZoneTotals.ZONE_ID));
            if (last == null) {
                before.add(row(zone.getString(ZoneTotals.ZONE_ID), count, personMs, intervalMs));
                return false;
            }
            boolean isSame = last.getInt(COUNT) == count
                    && last.getLong(PERSON_MS) == personMs
                    && last.getLong(INTERVAL_MS) == intervalMs;
            last.setInt(COUNT, count);
            last.setLong(PERSON_MS, personMs);
            last.setLong(INTERVAL_MS, intervalMs);
            return isSame && count == 0 && personMs == 0;
        }

        private static BinaryRowData row(StringData zoneId, int count, long personMs, long intervalMs) {
            BinaryRowData row = new BinaryRowData(ARITY);
            BinaryRowWriter writer = new BinaryRowWriter(row);
            writer.writeString(ZONE_ID, zoneId);
            writer.writeInt(COUNT, count);
            writer.writeLong(PERSON_MS, personMs);
            writer.writeLong(INTERVAL_MS, intervalMs);
            writer.complete();
            return row;
        }
    }

    /** How Flink writes {@link Seen}. */
    public static final class SeenSerializer extends StateSerializer<Seen> {
        private static final long serialVersionUID = 1L;

        public SeenSerializer() {
            super(Seen::create, Seen::read);
        }

        @Override
        public TypeSerializerSnapshot<Seen> snapshotConfiguration() {
            return new Snapshot();
        }

        /** How Flink finds the serializer again when it restores state. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Seen> {
            public Snapshot() {
                super(SeenSerializer::new);
            }
        }
    }

    @Override
    public Seen createAccumulator() {
        return Seen.create();
    }

    /** Goes on by one window. */
    public void accumulate(Seen seen, ArrayData zones, Long windowNumber) {
        seen.changed = new ArrayList<>();
        for (int at = 0; at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ZoneTotals.ARITY);
            boolean isDue = Math.floorMod(windowNumber + zone.getString(ZoneTotals.ZONE_ID).hashCode(), TOLD_EVERY) == 0;
            if (!seen.isStillEmpty(at, zone) || isDue) {
                seen.changed.add(zone);
            }
        }
    }

    @Override
    public ArrayData getValue(Seen seen) {
        return new GenericArrayData(seen.changed.toArray());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(2))
                .accumulatorTypeStrategy(call -> Optional.of(DataTypes.RAW(Seen.class, new SeenSerializer())))
                .outputTypeStrategy(Internal.result(types -> types.get(0)))
                .build();
    }
}
