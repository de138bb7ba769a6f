package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;

class ZoneSumsTest {

    private static final int RESULT_ARITY = 14;

    private final ZoneSums function = new ZoneSums();
    private final ZoneTotals totals = function.createAccumulator();

    /** The places of a zone's fields are those of the contract. */
    @Test
    void placesAreThoseOfTheContract() throws IOException {
        Path rendered = Path.of("../../contracts/rendered/inference.v1.schema.json");
        JsonNode zone = new ObjectMapper()
                .readTree(Files.readString(rendered))
                .at("/properties/snapshot/properties/zones/items/properties");
        List<String> names = new ArrayList<>();
        zone.fieldNames().forEachRemaining(names::add);
        assertEquals(
                List.of(
                        "zone_id", "zone_kind", "lane_id", "camera_id", "count", "count_max", "person_ms", "entered", "left",
                        "longest_stay_ms", "staff_person_ms"),
                names);
        assertEquals(ZoneSums.ARITY, names.size());
        assertEquals(ZoneSums.LONGEST_STAY_MS, names.indexOf("longest_stay_ms"));
        assertEquals(ZoneSums.STAFF_PERSON_MS, names.indexOf("staff_person_ms"));
    }

    /** Zones are told apart by their id, wherever they stand in a snapshot; the latest snapshot's count is kept. */
    @Test
    void addsByZoneInAnyOrder() {
        function.accumulate(totals, zones(zone("a", 2), zone("b", 5)), 5_000, 10_000L, false);
        function.accumulate(totals, zones(zone("b", 1), zone("c", 7)), 5_000, 5_000L, true);
        assertEquals("[a 2 1 0, b 5 2 1, c 7 1 1]", told(totals));
    }

    /** Totals that were written and read again, and merged into others, are the same as if all had come to one place. */
    @Test
    void slicesMerge() throws IOException {
        function.accumulate(totals, zones(zone("a", 2), zone("b", 5)), 5_000, 10_000L, false);
        ZoneTotals other = function.createAccumulator();
        function.accumulate(other, zones(zone("b", 4), zone("a", 3)), 5_000, 15_000L, false);
        DataOutputSerializer written = new DataOutputSerializer(64);
        new ZoneTotalsSerializer().serialize(other, written);
        ZoneTotals read = new ZoneTotalsSerializer().deserialize(new DataInputDeserializer(written.getCopyOfBuffer()));
        function.merge(totals, List.of(read));
        assertEquals("[a 3 2 0, b 4 2 0]", told(totals));
    }

    /** Returns id, count, snapshots and late snapshots of each zone. */
    private String told(ZoneTotals of) {
        List<String> told = new ArrayList<>();
        ArrayData rows = function.getValue(of);
        for (int at = 0; at < rows.size(); at++) {
            RowData row = rows.getRow(at, RESULT_ARITY);
            told.add(row.getString(0) + " " + row.getInt(4) + " " + row.getLong(12) + " " + row.getLong(13));
        }
        return told.toString();
    }

    private static ArrayData zones(RowData... zones) {
        return new GenericArrayData(zones);
    }

    private static RowData zone(String id, int count) {
        StringData text = StringData.fromString(id);
        StringData kind = StringData.fromString("aisle");
        return GenericRowData.of(text, kind, null, kind, count, count, 1_000L * count, 0, 0, 0L, 0L);
    }
}
