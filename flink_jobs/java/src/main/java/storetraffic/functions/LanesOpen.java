package storetraffic.functions;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code LANES_OPEN(presences) OVER (PARTITION BY store ORDER BY rowtime)}: for how long each lane was open within the newest
 * window, of which {@link LanePresence} tells.
 *
 * <p>A lane opens after 5 s of presence in its service zone and closes after 30 s without (architecture, metrics). A
 * snapshot tells how much presence an interval held, not where in it, so the state changes at the ends of intervals.
 */
public final class LanesOpen extends AggregateFunction<ArrayData, LanesOpen.Lanes> {

    public static final long OPENS_AFTER_MS = 5_000;
    public static final long CLOSES_AFTER_MS = 30_000;

    private static final DataType RESULT = DataTypes.ARRAY(DataTypes.ROW(
                    DataTypes.FIELD("lane_id", DataTypes.STRING().notNull()),
                    DataTypes.FIELD("open_ms", DataTypes.BIGINT().notNull()))
            .notNull());
    private static final long serialVersionUID = 1L;

    /** What is remembered of one lane. */
    static final class Lane {
        boolean isOpen;
        long presentMs;
        long absentMs;

        /** Goes on by one interval; returns for how long of it the lane was open. */
        long after(long presenceMs, long intervalMs) {
            if (presenceMs > 0) {
                presentMs += Math.min(presenceMs, intervalMs);
                absentMs = 0;
            } else {
                absentMs += intervalMs;
                // Only presence without a break opens a lane.
                presentMs = 0;
            }
            if (absentMs >= CLOSES_AFTER_MS) {
                isOpen = false;
            } else if (presentMs >= OPENS_AFTER_MS) {
                isOpen = true;
            }
            return isOpen ? intervalMs : 0;
        }
    }

    /** Every lane of a store, and for how long each was open within the newest window. */
    public static final class Lanes implements StateWriting {
        private final Map<StringData, Lane> byId = new HashMap<>();
        // Not kept: it is asked for right after the row that makes it.
        private Map<StringData, Long> openMs = Map.of();

        @Override
        public void write(DataOutputView target) throws IOException {
            target.writeInt(byId.size());
            for (Map.Entry<StringData, Lane> entry : byId.entrySet()) {
                Texts.write(target, entry.getKey());
                target.writeBoolean(entry.getValue().isOpen);
                target.writeLong(entry.getValue().presentMs);
                target.writeLong(entry.getValue().absentMs);
            }
        }

        static Lanes read(DataInputView source) throws IOException {
            Lanes read = new Lanes();
            for (int left = source.readInt(); left > 0; left--) {
                StringData laneId = Texts.read(source);
                Lane lane = new Lane();
                lane.isOpen = source.readBoolean();
                lane.presentMs = source.readLong();
                lane.absentMs = source.readLong();
                read.byId.put(laneId, lane);
            }
            return read;
        }
    }

    /** How Flink writes {@link Lanes}. */
    public static final class LanesSerializer extends StateSerializer<Lanes> {
        private static final long serialVersionUID = 1L;

        public LanesSerializer() {
            super(Lanes::new, Lanes::read);
        }

        @Override
        public TypeSerializerSnapshot<Lanes> snapshotConfiguration() {
            return new Snapshot();
        }

        /** How Flink finds the serializer again when it restores state. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Lanes> {
            public Snapshot() {
                super(LanesSerializer::new);
            }
        }
    }

    @Override
    public Lanes createAccumulator() {
        return new Lanes();
    }

    /** Goes on by the intervals of one window. */
    public void accumulate(Lanes lanes, ArrayData presences) {
        lanes.openMs = new LinkedHashMap<>();
        for (int at = 0; at < presences.size(); at++) {
            RowData presence = presences.getRow(at, LanePresence.ARITY);
            StringData laneId = Texts.copy(presence.getString(LanePresence.LANE_ID));
            long openMs = lanes.byId
                    .computeIfAbsent(laneId, unknown -> new Lane())
                    .after(presence.getLong(LanePresence.PRESENCE_MS), presence.getLong(LanePresence.INTERVAL_MS));
            lanes.openMs.merge(laneId, openMs, Long::sum);
        }
    }

    @Override
    public ArrayData getValue(Lanes lanes) {
        return new GenericArrayData(lanes.openMs.entrySet().stream()
                .map(lane -> GenericRowData.of(lane.getKey(), lane.getValue()))
                .toArray());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(1))
                .accumulatorTypeStrategy(call -> Optional.of(DataTypes.RAW(Lanes.class, new LanesSerializer())))
                .outputTypeStrategy(Internal.result(types -> RESULT))
                .build();
    }
}
