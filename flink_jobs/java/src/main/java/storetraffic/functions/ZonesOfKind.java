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
 * {@code ZONES_OF_KIND(zones, kind)}: the zones of a snapshot that are of one kind, so that only these become rows: a
 * snapshot may hold sixty zones, of which a few are of interest.
 */
public final class ZonesOfKind extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    /** Returns the zones of one kind, in their order; null of null. */
    public ArrayData eval(ArrayData zones, StringData kind) {
        if (zones == null) {
            return null;
        }
        List<RowData> chosen = new ArrayList<>();
        for (int at = 0; at < zones.size(); at++) {
            RowData zone = zones.getRow(at, ZoneSums.ARITY);
            if (zone.getString(ZoneSums.ZONE_KIND).equals(kind)) {
                chosen.add(zone);
            }
        }
        return new GenericArrayData(chosen.toArray());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(2))
                .outputTypeStrategy(Internal.result(types -> types.get(0)))
                .build();
    }
}
