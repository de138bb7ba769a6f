package storetraffic.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The samples of the contract, by which the JSON Schema is tested too: both ends judge the same files alike. */
class SamplesTest {

    private static final Path SAMPLES = Path.of("../../tests/contracts/samples");

    private final RowType rowType = SourceRowType.ofContract();
    private final EventDecoder decoder = new EventDecoder(ContractSchema.load(), rowType);

    static List<Path> samples(String verdict) {
        try (Stream<Path> files = Files.walk(SAMPLES)) {
            return files.filter(file -> file.getParent().endsWith(verdict)).sorted().collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> good() {
        return samples("pass");
    }

    static List<Path> bad() {
        return samples("fail");
    }

    /** A good sample is accepted. */
    @ParameterizedTest
    @MethodSource("good")
    void acceptsGoodSample(Path sample) throws IOException {
        assertEquals("null", reasonFor(sample));
    }

    /** A bad sample is rejected for the reason it is named after. */
    @ParameterizedTest
    @MethodSource("bad")
    void rejectsBadSample(Path sample) throws IOException {
        assertEquals(sample.getFileName().toString().replace(".json", ""), reasonFor(sample));
    }

    static List<Path> partial() {
        return samples("partial");
    }

    /** A sample of which some elements are bad is accepted without them, for the reason it is named after. */
    @ParameterizedTest
    @MethodSource("partial")
    void leavesOutBadElements(Path sample) throws IOException {
        assertEquals("null", reasonFor(sample));
        String leftOut = text(sample, "left_out");
        assertEquals(sample.getFileName().toString().replace(".json", ""), leftOut.substring(0, leftOut.indexOf(' ')));
    }

    /** The contract's limit and the decoder's are one. */
    @Test
    void largestRecordIsThatOfTheContract() throws IOException {
        String contract = Files.readString(Path.of("../../contracts/events.py"));
        assertTrue(contract.contains("MAX_EVENT_BYTES = " + EventDecoder.MAX_EVENT_BYTES / 1024 + " * 1024\n"));
    }

    private String reasonFor(Path sample) throws IOException {
        return text(sample, "decode_reason");
    }

    private String text(Path sample, String name) throws IOException {
        RowData row = decoder.decode(Files.readAllBytes(sample), false);
        int column = rowType.getFieldIndex(name);
        return row.isNullAt(column) ? "null" : row.getString(column).toString();
    }
}
