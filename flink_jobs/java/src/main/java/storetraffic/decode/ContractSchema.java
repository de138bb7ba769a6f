package storetraffic.decode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/** The JSON Schema that {@code contracts/} renders, as it lies in the jar. */
public final class ContractSchema {

    private static final String RESOURCE = "/storetraffic/inference.v1.schema.json";

    private ContractSchema() {}

    /** Returns the schema of an event. */
    public static JsonNode load() {
        try (InputStream schema = ContractSchema.class.getResourceAsStream(RESOURCE)) {
            if (schema == null) {
                throw new IllegalStateException(
                        "expected " + RESOURCE + " in the jar, came none; build the jar from a tree with contracts/rendered");
            }
            return new ObjectMapper().readTree(schema);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
