package storetraffic.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain form is a short cut: whatever it reads, Jackson reads to the same row and finds nothing wrong with. */
class PlainFormTest {

    private static final int MUTATIONS = 4_000;
    private static final String INTERESTING = "{}[]\",:\\0123456789-+.eE \t\ntfnul\u00e9\u0000";

    private final RowType rowType = SourceRowType.ofContract();
    private final PlainStruct plain = PlainReaders.struct(ContractSchema.load(), rowType);
    private final StructReader authority = Readers.struct(ContractSchema.load(), rowType);
    private final RowDataSerializer serializer = new RowDataSerializer(rowType);
    private final PlainText text = new PlainText();
    private final ObjectMapper json = new ObjectMapper();

    static List<Path> samples() {
        List<Path> all = new ArrayList<>(SamplesTest.good());
        all.addAll(SamplesTest.bad());
        all.addAll(SamplesTest.partial());
        return all;
    }

    static List<Path> good() {
        return SamplesTest.good();
    }

    /** Snapshots, visits and whatever else comes often are read by the short cut: else nothing is gained. */
    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "visit", "crossing", "track_merge"})
    void readsWhatComesOften(String kind) throws IOException {
        int read = 0;
        for (Path sample : good()) {
            JsonNode event = json.readTree(Files.readAllBytes(sample));
            if (event.path("kind").asText().equals(kind)) {
                read += readPlain(json.writeValueAsBytes(event)) == null ? 0 : 1;
            }
        }
        assertTrue(read > 0, "expected a sample of " + kind + " in the plain form, came none");
    }

    /** As it lies on disk, and as compact as the edge writes it. */
    @ParameterizedTest
    @MethodSource("samples")
    void samplesAreReadAlike(Path sample) throws IOException {
        byte[] bytes = Files.readAllBytes(sample);
        assertReadAlike(bytes);
        try {
            assertReadAlike(json.writeValueAsBytes(json.readTree(bytes)));
        } catch (IOException notJson) {
            assertThrows(IOException.class, () -> json.readTree(bytes));
        }
    }

    /** Bytes changed, left out, doubled and put in, at random but the same each time. */
    @ParameterizedTest
    @MethodSource("good")
    void brokenSamplesAreReadAlike(Path sample) throws IOException {
        byte[] whole = json.writeValueAsBytes(json.readTree(Files.readAllBytes(sample)));
        Random chance = new Random(sample.getFileName().toString().hashCode());
        for (int mutation = 0; mutation < MUTATIONS; mutation++) {
            assertReadAlike(mutated(whole, chance));
        }
    }

    /** Numbers that JSON or the contract does not allow, or that are at a limit. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "007", "-0", "-1", "1.0", "1e3", "+1", "", "-", "2147483647", "2147483648", "999999999999999999",
                "1000000000000000000", "9223372036854775807", "9223372036854775808", "0x1", "1_000", "\"1\"", "null"
            })
    void numbersAreReadAlike(String number) {
        String event = "{\"schema\":\"inference.v1\",\"event_id\":\"d/b/7\",\"kind\":\"snapshot\",\"store_id\":\"s\","
                + "\"device_id\":\"d\",\"boot_id\":\"b\",\"seq\":NUMBER,\"event_time_ms\":1790000065002,"
                + "\"snapshot\":{\"interval_ms\":5000,\"zones\":[{\"zone_id\":\"a\",\"zone_kind\":\"aisle\","
                + "\"camera_id\":\"c\",\"count\":COUNT,\"count_max\":1,\"person_ms\":NUMBER,\"entered\":0,\"left\":0,"
                + "\"longest_stay_ms\":0,\"staff_person_ms\":0}]}}";
        assertReadAlike(event.replace("NUMBER", number).replace("COUNT", "1").getBytes(StandardCharsets.UTF_8));
        assertReadAlike(event.replace("NUMBER", "1").replace("COUNT", number).getBytes(StandardCharsets.UTF_8));
    }

    /** A reader is used again after a record that it could not read, and after a longer one. */
    @Test
    void recordsDoNotMix() throws IOException {
        List<byte[]> records = new ArrayList<>();
        for (Path sample : good()) {
            records.add(json.writeValueAsBytes(json.readTree(Files.readAllBytes(sample))));
        }
        Random chance = new Random(7);
        for (int turn = 0; turn < MUTATIONS; turn++) {
            byte[] record = records.get(chance.nextInt(records.size()));
            assertReadAlike(chance.nextBoolean() ? record : mutated(record, chance));
        }
    }

    private void assertReadAlike(byte[] record) {
        BinaryRowData read = readPlain(record);
        if (read != null) {
            assertEquals(readByJackson(record), read, () -> new String(record, StandardCharsets.UTF_8));
        }
    }

    private BinaryRowData readPlain(byte[] record) {
        GenericRowData row = new GenericRowData(rowType.getFieldCount());
        try {
            text.open(record);
            plain.readInto(row, text);
            return text.isAtEnd() ? serializer.toBinaryRow(row).copy() : null;
        } catch (NotPlain other) {
            return null;
        }
    }

    /** Returns the row, or null when anything is wrong with the record. */
    private BinaryRowData readByJackson(byte[] record) {
        Violations violations = new Violations();
        GenericRowData row = new GenericRowData(rowType.getFieldCount());
        try (JsonParser parser = new JsonFactory().createParser(record)) {
            parser.nextToken();
            authority.readInto(row, parser, violations);
            boolean isWhole = parser.nextToken() == null && violations.isEmpty() && violations.leftOut() == null;
            return isWhole && !violations.hasUnknownField() ? serializer.toBinaryRow(row).copy() : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    private static byte[] mutated(byte[] whole, Random chance) {
        StringBuilder text = new StringBuilder(new String(whole, StandardCharsets.UTF_8));
        for (int changes = 1 + chance.nextInt(3); changes > 0; changes--) {
            int at = chance.nextInt(text.length() - 1);
            char other = INTERESTING.charAt(chance.nextInt(INTERESTING.length()));
            switch (chance.nextInt(4)) {
                case 0:
                    text.setCharAt(at, other);
                    break;
                case 1:
                    text.deleteCharAt(at);
                    break;
                case 2:
                    text.insert(at, other);
                    break;
                default:
                    int end = Math.min(text.length(), at + 1 + chance.nextInt(40));
                    text.insert(end, text.substring(at, end));
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
