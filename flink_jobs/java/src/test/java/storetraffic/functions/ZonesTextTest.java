package storetraffic.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;

class ZonesTextTest {

    /** Each zone is a list in the order that the alert policy reads; a zone without a lane has null. */
    @Test
    void writesWhatThePolicyReads() {
        ArrayData zones = new GenericArrayData(new Object[] {zone("queue-1", "lane-1"), zone("a\"b", null)});
        assertEquals(
                "[[\"queue-1\",\"queue\",\"lane-1\",3,90000,25000,10000,2,1,500],[\"a\\\"b\",\"queue\",null,3,90000,25000,10000,2,1,500]]",
                new ZonesText().eval(zones).toString());
    }

    private static GenericRowData zone(String zoneId, String laneId) {
        GenericRowData zone = new GenericRowData(ZoneTotals.ARITY);
        zone.setField(ZoneTotals.ZONE_ID, StringData.fromString(zoneId));
        zone.setField(ZoneTotals.ZONE_KIND, StringData.fromString("queue"));
        zone.setField(ZoneTotals.LANE_ID, laneId == null ? null : StringData.fromString(laneId));
        zone.setField(ZoneTotals.COUNT, 3);
        zone.setField(ZoneTotals.LONGEST_STAY_MS, 90_000L);
        zone.setField(ZoneTotals.PERSON_MS, 25_000L);
        zone.setField(ZoneTotals.INTERVAL_MS, 10_000L);
        zone.setField(ZoneTotals.ENTERED, 2L);
        zone.setField(ZoneTotals.LEFT, 1L);
        zone.setField(ZoneTotals.STAFF_PERSON_MS, 500L);
        return zone;
    }
}
