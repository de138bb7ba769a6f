package storetraffic.decode;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.table.data.GenericRowData;

/** Reads an object into a row; unknown fields are passed over and noted, as the contract may grow. */
final class StructReader implements ValueReader {

    private final Map<String, Part> parts = new HashMap<>();
    private final Part[] required;
    private final int arity;

    /** A field: how to read it and its place in the row. */
    static final class Part {
        final String name;
        final int position;
        final boolean isRequired;
        final ValueReader reader;

        Part(String name, int position, boolean isRequired, ValueReader reader) {
            this.name = name;
            this.position = position;
            this.isRequired = isRequired;
            this.reader = reader;
        }
    }

    StructReader(List<Part> fields, int arity) {
        fields.forEach(part -> parts.put(part.name, part));
        this.required = fields.stream().filter(part -> part.isRequired).toArray(Part[]::new);
        this.arity = arity;
    }

    @Override
    public Object read(JsonParser parser, Violations violations) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return ScalarReaders.refuse(parser, violations, Reason.WRONG_TYPE, "an object");
        }
        GenericRowData row = new GenericRowData(arity);
        readInto(row, parser, violations);
        return row;
    }

    /** Reads the object at which the parser stands into a row that may be wider than this structure. */
    void readInto(GenericRowData row, JsonParser parser, Violations violations) throws IOException {
        String name;
        while ((name = parser.nextFieldName()) != null) {
            parser.nextToken();
            readField(name, row, parser, violations);
        }
        noteMissing(row, parser, violations);
    }

    private void noteMissing(GenericRowData row, JsonParser parser, Violations violations) {
        for (Part part : required) {
            if (row.getField(part.position) == null) {
                String pointer = parser.getParsingContext().pathAsPointer() + "/" + part.name;
                violations.note(Reason.MISSING_FIELD, pointer, "a value", "none");
            }
        }
    }

    private void readField(String name, GenericRowData row, JsonParser parser, Violations violations)
            throws IOException {
        Part part = parts.get(name);
        if (part == null) {
            violations.noteUnknownField();
            parser.skipChildren();
        } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
            row.setField(part.position, part.reader.read(parser, violations));
        }
    }
}
