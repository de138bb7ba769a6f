package storetraffic.decode;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/** The row type of the source table, made from the contract's JSON Schema as the Flink DDL is made from contracts. */
final class SourceRowType {

    private SourceRowType() {}

    static RowType ofContract() {
        List<RowType.RowField> fields = new ArrayList<>(((RowType) type(ContractSchema.load())).getFields());
        for (String name : List.of("original", "left_out", "decode_reason", "decode_detail", "head")) {
            fields.add(new RowType.RowField(name, text()));
        }
        fields.add(new RowType.RowField("size_bytes", new IntType()));
        fields.add(new RowType.RowField("is_resuming", new BooleanType()));
        return new RowType(fields);
    }

    private static LogicalType type(JsonNode schema) {
        JsonNode named = schema.path("type");
        switch (named.isArray() ? named.get(0).asText() : named.asText()) {
            case "object":
                List<RowType.RowField> fields = new ArrayList<>();
                schema.path("properties")
                        .fields()
                        .forEachRemaining(field -> fields.add(new RowType.RowField(field.getKey(), type(field.getValue()))));
                return new RowType(fields);
            case "array":
                return new ArrayType(type(schema.path("items")));
            case "integer":
                return schema.path("maximum").asLong() > Integer.MAX_VALUE ? new BigIntType() : new IntType();
            case "number":
                return new DoubleType();
            case "boolean":
                return new BooleanType();
            default:
                return text();
        }
    }

    private static LogicalType text() {
        return new VarCharType(VarCharType.MAX_LENGTH);
    }
}
