package storetraffic.decode;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventDecoderTest {

    private static final String VISIT = "{\"schema\":\"inference.v1\",\"event_id\":\"d/b/7\",\"kind\":\"visit\","
            + "\"store_id\":\"s\",\"device_id\":\"d\",\"boot_id\":\"b\",\"seq\":7,\"event_time_ms\":1790000065002,"
            + "\"visit\":{\"zone_id\":\"aisle-3\",\"zone_kind\":\"aisle\",\"lane_id\":null,\"camera_id\":\"c\","
            + "\"track_id\":\"t\",\"entered_ms\":1790000019185,\"left_ms\":1790000065002,\"end\":\"left\","
            + "\"is_staff\":false}}";

    private final RowType rowType = SourceRowType.ofContract();
    private final EventDecoder decoder = new EventDecoder(ContractSchema.load(), rowType);

    /** A good event gives its fields, no reason, and no copy of itself. */
    @Test
    void decodesGoodEvent() {
        GenericRowData row = decode(VISIT);
        GenericRowData visit = (GenericRowData) row.getField(column("visit"));
        assertAll(
                () -> assertNull(row.getField(column("decode_reason"))),
                () -> assertEquals("d/b/7", text(row, "event_id")),
                () -> assertEquals(1790000065002L, row.getField(column("event_time_ms"))),
                () -> assertEquals("aisle-3", visit.getField(0).toString()),
                () -> assertNull(row.getField(column("snapshot"))),
                () -> assertNull(row.getField(column("original"))),
                () -> assertNull(row.getField(column("head"))),
                () -> assertEquals(VISIT.length(), row.getField(column("size_bytes"))));
    }

    /** Each way to break the contract has its reason, names the place, and keeps the head of the record. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inference.v1      | inference.v2    | unknown_schema | /schema",
                "\"kind\":\"visit\" | \"kind\":\"wave\" | unknown_kind  | /kind",
                "\"kind\":\"visit\" | \"kind\":\"heat\" | wrong_payload | record",
                "\"seq\":7,        | ''              | missing_field  | /seq",
                "\"track_id\":\"t\", | ''            | missing_field  | /visit/track_id",
                "\"zone_id\":\"aisle-3\" | \"zone_id\":3 | wrong_type  | /visit/zone_id",
                "\"seq\":7         | \"seq\":7.5     | wrong_type     | /seq",
                "\"is_staff\":false | \"is_staff\":0 | wrong_type     | /visit/is_staff",
                "\"zone_id\":\"aisle-3\" | \"zone_id\":\"\" | out_of_range | /visit/zone_id",
                "\"end\":\"left\"  | \"end\":\"flew\" | out_of_range  | /visit/end",
                "\"seq\":7         | \"seq\":-1      | out_of_range   | /seq",
                "\"seq\":7         | \"seq\":99999999999999999999 | out_of_range | /seq",
                "1790000065002,\"visit | 0,\"visit   | out_of_range   | /event_time_ms",
                "d/b/7             | d/b/8           | wrong_event_id | /event_id",
                "\"seq\":7         | \"seq\":NaN     | not_json       | record",
                "}}                | }               | not_json       | record",
                "}}                | }}{}            | not_json       | record",
            })
    void rejectsWithReason(String good, String bad, String reason, String place) {
        assertTrue(VISIT.contains(good), () -> "the sample holds no " + good);
        GenericRowData row = decode(VISIT.replace(good, bad));
        assertAll(
                () -> assertEquals(reason, text(row, "decode_reason")),
                () -> assertTrue(text(row, "decode_detail").startsWith(place + ": expected "), text(row, "decode_detail")),
                () -> assertNotNull(row.getField(column("head"))),
                () -> assertNull(row.getField(column("visit"))));
    }

    /** Bytes that are no text, nothing, other JSON, and endless nesting are rejected like any other. */
    @Test
    void rejectsWhatIsNoEvent() {
        byte[] nested = "[".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        byte[] nestedInside = VISIT.replace("\"seq\":7", "\"x\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        for (byte[] record : List.of(new byte[0], new byte[] {(byte) 0xff, 0}, "3".getBytes(), nested, nestedInside)) {
            assertEquals("not_json", text((GenericRowData) decoder.decode(record, false), "decode_reason"));
        }
    }

    /** A compressed record is the same event; its size is that of what was received. */
    @Test
    void inflates() {
        byte[] record = deflated(VISIT.getBytes(StandardCharsets.UTF_8));
        GenericRowData row = (GenericRowData) decoder.decode(record, false);
        assertEquals("d/b/7", text(row, "event_id"));
        assertEquals(record.length, row.getField(column("size_bytes")));
    }

    /** A compressed record that breaks the contract is shown as text. */
    @Test
    void showsTheTextOfACompressedRecord() {
        byte[] record = deflated(VISIT.replace("inference.v1", "inference.v2").getBytes(StandardCharsets.UTF_8));
        GenericRowData row = (GenericRowData) decoder.decode(record, false);
        assertEquals("unknown_schema", text(row, "decode_reason"));
        assertTrue(text(row, "head").startsWith("{"));
    }

    /** A damaged, cut or continued compressed record is not JSON; the next one is read all the same. */
    @Test
    void refusesDamagedCompression() {
        byte[] record = deflated(VISIT.getBytes(StandardCharsets.UTF_8));
        byte[] damaged = record.clone();
        damaged[record.length / 2] ^= 0x55;
        byte[] cut = Arrays.copyOf(record, record.length - 1);
        byte[] continued = Arrays.copyOf(record, record.length + 1);
        for (byte[] broken : List.of(damaged, cut, continued, new byte[] {0x78, (byte) 0x9c})) {
            GenericRowData row = (GenericRowData) decoder.decode(broken, false);
            assertEquals("not_json", text(row, "decode_reason"));
        }
        assertNull(((GenericRowData) decoder.decode(record, false)).getField(column("decode_reason")));
    }

    /** A small record that would become a huge text is rejected without becoming one. */
    @Test
    void refusesWhatInflatesTooFar() {
        byte[] spaces = new byte[64 * EventDecoder.MAX_EVENT_BYTES];
        Arrays.fill(spaces, (byte) ' ');
        GenericRowData row = (GenericRowData) decoder.decode(deflated(spaces), false);
        assertEquals("too_large", text(row, "decode_reason"));
        assertEquals(EventDecoder.HEAD_BYTES, text(row, "head").length());
    }

    private static byte[] deflated(byte[] text) {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(deflated)) {
            deflater.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return deflated.toByteArray();
    }

    /** A record over 256 KiB is rejected unread, and its head has 4 KiB. */
    @Test
    void rejectsTooLarge() {
        byte[] record = new byte[300 * 1024];
        Arrays.fill(record, (byte) ' ');
        GenericRowData row = (GenericRowData) decoder.decode(record, false);
        assertEquals("too_large", text(row, "decode_reason"));
        assertEquals(EventDecoder.HEAD_BYTES, text(row, "head").length());
    }

    /** A field that this version does not know is no fault: the whole record is kept. */
    @Test
    void keepsUnknownFields() {
        String grown = VISIT.replace("\"is_staff\":false", "\"is_staff\":false,\"mood\":{\"glad\":1}");
        GenericRowData row = decode(grown);
        assertNull(row.getField(column("decode_reason")));
        assertEquals(grown, text(row, "original"));
    }

    /** What the record is outranks what is wrong within it, whatever the order of its fields. */
    @Test
    void unknownSchemaOutranksItsFields() {
        GenericRowData row = decode("{\"seq\":\"x\",\"schema\":\"inference.v9\"}");
        assertEquals("unknown_schema", text(row, "decode_reason"));
    }

    /** A refused record leaves nothing behind for the next one. */
    @Test
    void recordsAreIndependent() {
        decode("{");
        assertNull(decode(VISIT).getField(column("decode_reason")));
    }

    /** Elements of lists are checked one by one, and the place names the element. */
    @Test
    void namesTheElement() {
        GenericRowData row = decode("{\"schema\":\"inference.v1\",\"snapshot\":{\"interval_ms\":5000,\"zones\":[7]}}");
        assertEquals("/snapshot/zones/0: expected an object, came 7", text(row, "decode_detail"));
    }

    /** A record keeps its good elements; the others are told, and the record is kept whole beside them. */
    @Test
    void leavesOutBadElements() {
        String heat = VISIT.replace("\"kind\":\"visit\"", "\"kind\":\"heat\"")
                .replaceFirst("\"visit\":\\{.*", "\"heat\":{\"camera_id\":\"c\",\"grid\":{\"w\":8,\"h\":4},\"cells\":["
                        + "{\"index\":1,\"person_ms\":250},{\"index\":-2,\"person_ms\":250},7,{\"index\":3,\"person_ms\":500}]}}");
        GenericRowData row = decode(heat);
        GenericRowData payload = (GenericRowData) row.getField(column("heat"));
        assertAll(
                () -> assertNull(row.getField(column("decode_reason"))),
                () -> assertEquals(2, ((GenericArrayData) payload.getField(2)).size()),
                () -> assertEquals(heat, text(row, "original")),
                () -> assertEquals(
                        "out_of_range at /heat/cells/1/index: expected 0 to 2147483647, came -2; "
                                + "wrong_type at /heat/cells/2: expected an object, came 7",
                        text(row, "left_out")));
    }

    private GenericRowData decode(String record) {
        return (GenericRowData) decoder.decode(record.getBytes(StandardCharsets.UTF_8), false);
    }

    private int column(String name) {
        return rowType.getFieldIndex(name);
    }

    private String text(GenericRowData row, String name) {
        return String.valueOf(row.getField(column(name)));
    }
}
