package storetraffic.functions;

import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** Writes {@link ZoneTotals} into state and over the network. */
public final class ZoneTotalsSerializer extends StateSerializer<ZoneTotals> {

    private static final long serialVersionUID = 1L;

    public ZoneTotalsSerializer() {
        super(ZoneTotals::new, ZoneTotals::read);
    }

    @Override
    public TypeSerializerSnapshot<ZoneTotals> snapshotConfiguration() {
        return new Snapshot();
    }

    /** How Flink finds the serializer again when it restores state. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ZoneTotals> {
        public Snapshot() {
            super(ZoneTotalsSerializer::new);
        }
    }
}
