package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;

class LanePresenceTest {

    private final LanePresence function = new LanePresence();

    /** Customers and staff at tills are told in the order of time, whatever the order of arrival; also after a restart. */
    @Test
    void tellsOfTillsInTheOrderOfTime() throws IOException {
        BinaryRows presences = function.createAccumulator();
        function.accumulate(presences, zones(zone("service", "lane-1", 700, 0)), 5_000, 20_000L);
        function.accumulate(presences, null, null, null);
        DataOutputSerializer written = new DataOutputSerializer(64);
        new LanePresence.RowsSerializer().serialize(presences, written);
        BinaryRows read =
                new LanePresence.RowsSerializer().deserialize(new DataInputDeserializer(written.getCopyOfBuffer()));
        ArrayData earlier = zones(zone("queue", "lane-1", 9, 9), zone("service", null, 9, 9), zone("service", "lane-2", 1, 2));
        function.accumulate(read, earlier, 4_000, 15_000L);
        assertEquals("[lane-2 15000 4000 3, lane-1 20000 5000 700]", told(read));
    }

    private String told(BinaryRows presences) {
        List<String> told = new ArrayList<>();
        ArrayData rows = function.getValue(presences);
        for (int at = 0; at < rows.size(); at++) {
            RowData row = rows.getRow(at, LanePresence.ARITY);
            told.add(row.getString(0) + " " + row.getLong(1) + " " + row.getLong(2) + " " + row.getLong(3));
        }
        return told.toString();
    }

    private static ArrayData zones(RowData... zones) {
        return new GenericArrayData(zones);
    }

    private static RowData zone(String kind, String lane, long personMs, long staffPersonMs) {
        StringData id = StringData.fromString("till");
        StringData laneId = lane == null ? null : StringData.fromString(lane);
        return GenericRowData.of(id, StringData.fromString(kind), laneId, id, 0, 0, personMs, 0, 0, 0L, staffPersonMs);
    }
}
