package storetraffic.functions;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.CollectionDataType;
import org.apache.flink.table.types.inference.TypeInference;

/** {@code ZONE_OF(zones, zone_id, zone_kind)}: the totals of one zone among those of {@link ZoneSums}; null without it. */
public final class ZoneOf extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    /** Returns the zone's totals; null when there are none. */
    public RowData eval(ArrayData zones, StringData zoneId, StringData zoneKind) {
        for (int at = 0; zones != null && at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ZoneTotals.ARITY);
            if (zone.getString(ZoneTotals.ZONE_ID).equals(zoneId)) {
                return zone.getString(ZoneTotals.ZONE_KIND).equals(zoneKind) ? zone : null;
            }
        }
        return null;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(3))
                .outputTypeStrategy(Internal.result(
                        types -> ((CollectionDataType) types.get(0)).getElementDataType().nullable()))
                .build();
    }
}
