package storetraffic.functions;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code ZONES_TEXT(zones)}: the totals of {@link ZoneSums} as a JSON list with a list for each zone: {@code zone_id, zone_kind,
 * lane_id or null, count, longest_stay_ms, person_ms, interval_ms, entered, left, staff_person_ms}.
 */
public final class ZonesText extends ScalarFunction {

    private static final long serialVersionUID = 1L;
    private static final JsonFactory JSON = new JsonFactory();

    /** Returns the zones as text. */
    public StringData eval(ArrayData zones) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (int at = 0; at < zones.size(); at++) {
                write(zones.getRow(at, ZoneTotals.ARITY), json);
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return StringData.fromString(text.toString());
    }

    private static void write(RowData zone, JsonGenerator json) throws IOException {
        json.writeStartArray();
        json.writeString(zone.getString(ZoneTotals.ZONE_ID).toString());
        json.writeString(zone.getString(ZoneTotals.ZONE_KIND).toString());
        json.writeString(zone.isNullAt(ZoneTotals.LANE_ID) ? null : zone.getString(ZoneTotals.LANE_ID).toString());
        json.writeNumber(zone.getInt(ZoneTotals.COUNT));
        json.writeNumber(zone.getLong(ZoneTotals.LONGEST_STAY_MS));
        json.writeNumber(zone.getLong(ZoneTotals.PERSON_MS));
        json.writeNumber(zone.getLong(ZoneTotals.INTERVAL_MS));
        json.writeNumber(zone.getLong(ZoneTotals.ENTERED));
        json.writeNumber(zone.getLong(ZoneTotals.LEFT));
        json.writeNumber(zone.getLong(ZoneTotals.STAFF_PERSON_MS));
        json.writeEndArray();
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(Internal.arguments(1))
                .outputTypeStrategy(Internal.result(types -> DataTypes.STRING().notNull()))
                .build();
    }
}
