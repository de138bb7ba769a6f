package storetraffic.functions;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code LANE_ZONES(zones)}: of the totals of {@link ZoneSums} those of queues and services of lanes, so that only these
 * become rows: a store may have sixty zones, of which a few are at checkouts.
 */
public final class LaneZones extends ScalarFunction {

    static final StringData QUEUE = StringData.fromString("queue");
    static final StringData SERVICE = StringData.fromString("service");

    private static final long serialVersionUID = 1L;

    /** Returns the totals of lanes' zones, in their order. */
    public ArrayData eval(ArrayData zones) {
        List<RowData> chosen = new ArrayList<>();
        for (int at = 0; at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ZoneTotals.ARITY);
            StringData kind = zone.getString(ZoneTotals.ZONE_KIND);
            if (!zone.isNullAt(ZoneTotals.LANE_ID) && (kind.equals(QUEUE) || kind.equals(SERVICE))) {
                chosen.add(zone);
            }
        }
        return new GenericArrayData(chosen.toArray());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(1))
                .outputTypeStrategy(Internal.result(types -> types.get(0)))
                .build();
    }
}
