package storetraffic.decode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Compiles a JSON Schema and the row type it is read into to readers, once, when the job opens. */
final class Readers {

    private static final Map<String, Reason> REASON_BY_FIELD =
            Map.of("schema", Reason.UNKNOWN_SCHEMA, "kind", Reason.UNKNOWN_KIND);

    private Readers() {}

    /** Compiles an object of the schema; its fields must be columns of the row type, as both come from contracts/. */
    static StructReader struct(JsonNode schema, RowType rowType) {
        Set<String> required = texts(schema.path("required"));
        List<StructReader.Part> parts = new ArrayList<>();
        schema.path("properties").fields().forEachRemaining(property -> {
            String name = property.getKey();
            parts.add(new StructReader.Part(
                    name, position(rowType, name), required.contains(name), field(name, property.getValue(), rowType)));
        });
        return new StructReader(parts, rowType.getFieldCount());
    }

    private static ValueReader field(String name, JsonNode schema, RowType rowType) {
        return value(name, schema, rowType.getTypeAt(position(rowType, name)));
    }

    private static ValueReader value(String name, JsonNode schema, LogicalType type) {
        switch (type.getTypeRoot()) {
            case ROW:
                return struct(schema, (RowType) type);
            case ARRAY:
                return new ListReader(value(name, schema.path("items"), ((ArrayType) type).getElementType()));
            case INTEGER:
                return ScalarReaders.integer(schema.path("minimum").asLong(), schema.path("maximum").asLong());
            case BIGINT:
                return ScalarReaders.bigint(schema.path("minimum").asLong(), schema.path("maximum").asLong());
            case DOUBLE:
                return ScalarReaders.real(
                        schema.path("minimum").asDouble(-Double.MAX_VALUE), schema.path("maximum").asDouble(Double.MAX_VALUE));
            case BOOLEAN:
                return ScalarReaders.bool();
            case VARCHAR:
                return text(name, schema);
            default:
                throw new IllegalArgumentException(
                        name + ": expected a type of contracts/types.py, came " + type + "; add a reader for it");
        }
    }

    private static ValueReader text(String name, JsonNode schema) {
        if (schema.has("enum")) {
            return ScalarReaders.choice(
                    texts(schema.path("enum")), REASON_BY_FIELD.getOrDefault(name, Reason.OUT_OF_RANGE));
        }
        return ScalarReaders.text(schema.path("minLength").asInt(0), schema.path("maxLength").asInt(Integer.MAX_VALUE));
    }

    static int position(RowType rowType, String name) {
        int position = rowType.getFieldIndex(name);
        if (position < 0) {
            throw new IllegalArgumentException(
                    name + ": expected a column of the source table, came none; run `make gen` and build the jar again");
        }
        return position;
    }

    static Set<String> texts(JsonNode list) {
        Set<String> texts = new HashSet<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
