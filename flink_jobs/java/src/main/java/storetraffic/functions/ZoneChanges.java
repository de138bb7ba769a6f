package storetraffic.functions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code ZONE_CHANGES(zones, window_number) OVER (PARTITION BY store ORDER BY rowtime)}: of the zones of a window
 * ({@link ZoneSums}) those that must be told: whose values differ from the window before, in which somebody is (the longest
 * stay grows), that are new, and each at least once in {@value #TOLD_EVERY} windows, spread by zone.
 */
public final class ZoneChanges extends AggregateFunction<ArrayData, ZoneChanges.Seen> {

    public static final int TOLD_EVERY = 30;

    private static final int ARITY = 14;
    private static final int COUNT = 4;
    private static final int PERSON_MS = 7;
    private static final int INTERVAL_MS = 8;
    private static final long serialVersionUID = 1L;

    /** What each zone held in the window before, and what is to be told of the newest window. */
    public static final class Seen implements StateWriting {
        private final Map<StringData, long[]> before = new HashMap<>();
        // Not kept: it is asked for right after the row that makes it.
        private List<RowData> changed = new ArrayList<>();

        @Override
        public void write(DataOutputView target) throws IOException {
            target.writeInt(before.size());
            for (Map.Entry<StringData, long[]> zone : before.entrySet()) {
                Texts.write(target, zone.getKey());
                for (long value : zone.getValue()) {
                    target.writeLong(value);
                }
            }
        }

        static Seen read(DataInputView source) throws IOException {
            Seen read = new Seen();
            for (int left = source.readInt(); left > 0; left--) {
                StringData zoneId = Texts.read(source);
                read.before.put(zoneId, new long[] {source.readLong(), source.readLong(), source.readLong()});
            }
            return read;
        }
    }

    /** How Flink writes {@link Seen}. */
    public static final class SeenSerializer extends StateSerializer<Seen> {
        private static final long serialVersionUID = 1L;

        public SeenSerializer() {
            super(Seen::new, Seen::read);
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
        return new Seen();
    }

    /** Goes on by one window. */
    public void accumulate(Seen seen, ArrayData zones, Long windowNumber) {
        seen.changed = new ArrayList<>();
        for (int at = 0; at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ARITY);
            StringData zoneId = zone.getString(0);
            long[] now = {zone.getInt(COUNT), zone.getLong(PERSON_MS), zone.getLong(INTERVAL_MS)};
            long[] before = seen.before.get(zoneId);
            boolean isSame = before != null && Arrays.equals(before, now) && now[0] == 0 && now[1] == 0;
            boolean isDue = Math.floorMod(windowNumber + zoneId.toString().hashCode(), TOLD_EVERY) == 0;
            if (!isSame || isDue) {
                seen.changed.add(zone);
            }
            if (before == null) {
                seen.before.put(Texts.copy(zoneId), now);
            } else {
                System.arraycopy(now, 0, before, 0, now.length);
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
