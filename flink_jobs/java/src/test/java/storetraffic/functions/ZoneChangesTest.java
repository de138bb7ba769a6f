package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;

class ZoneChangesTest {

    private final ZoneChanges function = new ZoneChanges();
    private ZoneChanges.Seen seen = function.createAccumulator();

    /** A new zone is told; an empty one that stays empty is told once in so many windows, also after a restart. */
    @Test
    void emptyZonesAreToldNowAndThen() throws IOException {
        int told = 0;
        for (long window = 0; window < 4L * ZoneChanges.TOLD_EVERY; window++) {
            told += told(window, 0);
            DataOutputSerializer written = new DataOutputSerializer(64);
            new ZoneChanges.SeenSerializer().serialize(seen, written);
            seen = new ZoneChanges.SeenSerializer().deserialize(new DataInputDeserializer(written.getCopyOfBuffer()));
        }
        assertEquals(1 + 4, told);
    }

    /** While somebody is there, and when the last one has left, a zone is told. */
    @Test
    void peopleAreToldAlways() {
        assertEquals(1, told(1, 0));
        assertEquals(1, told(2, 3));
        assertEquals(1, told(3, 3));
        assertEquals(1, told(4, 0));
    }

    private int told(long window, int count) {
        StringData text = StringData.fromString("aisle-7");
        GenericRowData zone = GenericRowData.of(
                text, text, null, text, count, 0L, count, 1_000L * count, 10_000L, 0L, 0L, 0L, 2L, 0L, 0L, null);
        function.accumulate(seen, new GenericArrayData(new Object[] {zone}), window);
        return function.getValue(seen).size();
    }
}
