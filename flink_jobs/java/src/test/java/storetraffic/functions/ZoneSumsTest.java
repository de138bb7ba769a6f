package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** Totals that were written and read again go on as if they had stayed. */
    @Test
    void goesOnAfterARestart() throws IOException {
        function.accumulate(totals, zones(zone("a", 2), zone("b", 5)), 5_000, 10_000L, false);
        function.accumulate(totals, null, null, null, null, StringData.fromString("aisle"), 0.5);
        DataOutputSerializer written = new DataOutputSerializer(64);
        new ZoneTotalsSerializer().serialize(totals, written);
        ZoneTotals read = new ZoneTotalsSerializer().deserialize(new DataInputDeserializer(written.getCopyOfBuffer()));
        function.accumulate(read, zones(zone("b", 4), zone("a", 3), zone("c", 1)), 5_000, 15_000L, false);
        assertEquals("[a 3 2 0, b 4 2 0, c 1 1 0]", told(read));
    }

    /** A zone's camera is known by its reports' mean; without a report nothing is known of it. */
    @Test
    void tellsOfCameras() {
        StringData camera = StringData.fromString("aisle");
        function.accumulate(totals, null, null, null, null, camera, 0.5);
        function.accumulate(totals, null, null, null, null, StringData.fromString("other"), 0.1);
        function.accumulate(totals, zones(zone("a", 2)), 5_000, 10_000L, false);
        function.accumulate(totals, null, null, null, null, camera, 1.0);
        assertEquals(0.75, first(totals).getDouble(ZoneTotals.CAMERA_UP_SHARE));
        ZoneTotals unreported = function.createAccumulator();
        function.accumulate(unreported, zones(zone("a", 2)), 5_000, 10_000L, false);
        assertTrue(first(unreported).isNullAt(ZoneTotals.CAMERA_UP_SHARE));
    }

    /** Should a zone change within a window, the greater texts stand, in whatever order its snapshots came. */
    @Test
    void namesDoNotDependOnTheOrder() {
        StringData id = StringData.fromString("a");
        for (String kinds : List.of("aisle queue", "queue aisle")) {
            ZoneTotals changing = function.createAccumulator();
            for (String kind : kinds.split(" ")) {
                StringData text = StringData.fromString(kind);
                StringData lane = kind.equals("queue") ? text : null;
                function.accumulate(
                        changing, zones(GenericRowData.of(id, text, lane, text, 1, 1, 7L, 1, 1, 1L, 1L)), 5_000, 1L, false);
            }
            RowData row = first(changing);
            assertEquals("queue queue queue 14", row.getString(1) + " " + row.getString(2) + " " + row.getString(3) + " "
                    + row.getLong(ZoneTotals.PERSON_MS));
        }
    }

    private RowData first(ZoneTotals of) {
        return function.getValue(of).getRow(0, ZoneTotals.ARITY);
    }

    /** Returns id, count, snapshots and late snapshots of each zone. */
    private String told(ZoneTotals of) {
        List<String> told = new ArrayList<>();
        ArrayData rows = function.getValue(of);
        for (int at = 0; at < rows.size(); at++) {
            RowData row = rows.getRow(at, ZoneTotals.ARITY);
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
