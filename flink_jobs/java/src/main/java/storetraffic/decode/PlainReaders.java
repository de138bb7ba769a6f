package storetraffic.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.data.writer.BinaryRowWriter;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Compiles a JSON Schema and the row type it is read into to readers of the plain form, once, when the job opens. */
final class PlainReaders {

    /** For what the plain form leaves to Jackson: numbers with a fraction, lists of other things than flat objects. */
    private static final PlainReader NEVER = new PlainReader() {
        @Override
        public Object read(PlainText text) {
            throw NotPlain.INSTANCE;
        }

        @Override
        public void write(PlainText text, BinaryRowWriter row, int position) {
            throw NotPlain.INSTANCE;
        }
    };

    private PlainReaders() {}

    /** Compiles an object of the schema; its fields must be columns of the row type, as both come from contracts/. */
    static PlainStruct struct(JsonNode schema, RowType rowType) {
        Set<String> required = Readers.texts(schema.path("required"));
        List<PlainStruct.Part> parts = new ArrayList<>();
        schema.path("properties").fields().forEachRemaining(property -> {
            String name = property.getKey();
            int position = Readers.position(rowType, name);
            PlainReader reader = value(property.getValue(), rowType.getTypeAt(position));
            parts.add(new PlainStruct.Part(name, position, required.contains(name), reader));
        });
        return new PlainStruct(parts, rowType.getFieldCount());
    }

    private static PlainReader value(JsonNode schema, LogicalType type) {
        long minimum = schema.path("minimum").asLong();
        long maximum = schema.path("maximum").asLong();
        switch (type.getTypeRoot()) {
            case ROW:
                return struct(schema, (RowType) type);
            case ARRAY:
                return list(schema.path("items"), ((ArrayType) type).getElementType());
            case INTEGER:
                return new Whole(minimum, maximum, true);
            case BIGINT:
                return new Whole(minimum, maximum, false);
            case BOOLEAN:
                return new Bool();
            case VARCHAR:
                return schema.has("enum")
                        ? new Choice(Readers.texts(schema.path("enum")))
                        : new Text(schema.path("minLength").asInt(0), schema.path("maxLength").asInt(Integer.MAX_VALUE));
            default:
                return NEVER;
        }
    }

    private static PlainReader list(JsonNode items, LogicalType type) {
        if (!(type instanceof RowType)) {
            return NEVER;
        }
        PlainStruct element = struct(items, (RowType) type);
        return element.isFlat() ? new PlainRows(element, (RowType) type) : NEVER;
    }

    private static final class Whole implements PlainReader {
        private final long minimum;
        private final long maximum;
        private final boolean isInt;

        Whole(long minimum, long maximum, boolean isInt) {
            this.minimum = minimum;
            this.maximum = maximum;
            this.isInt = isInt;
        }

        @Override
        public Object read(PlainText text) {
            long value = number(text);
            return isInt ? (Object) (int) value : (Object) value;
        }

        @Override
        public void write(PlainText text, BinaryRowWriter row, int position) {
            long value = number(text);
            if (isInt) {
                row.writeInt(position, (int) value);
            } else {
                row.writeLong(position, value);
            }
        }

        private long number(PlainText text) {
            long value = text.number();
            if (value < minimum || value > maximum) {
                throw NotPlain.INSTANCE;
            }
            return value;
        }
    }

    private static final class Bool implements PlainReader {
        private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

        @Override
        public Object read(PlainText text) {
            boolean isTrue = text.passes(TRUE);
            if (!isTrue && !text.passes(FALSE)) {
                throw NotPlain.INSTANCE;
            }
            return isTrue;
        }

        @Override
        public void write(PlainText text, BinaryRowWriter row, int position) {
            row.writeBoolean(position, (boolean) read(text));
        }
    }

    private static final class Text implements PlainReader {
        private final int minLength;
        private final int maxLength;

        Text(int minLength, int maxLength) {
            this.minLength = minLength;
            this.maxLength = maxLength;
        }

        @Override
        public BinaryStringData read(PlainText text) {
            return text.text(minLength, maxLength);
        }

        @Override
        public void write(PlainText text, BinaryRowWriter row, int position) {
            row.writeString(position, read(text));
        }
    }

    private static final class Choice implements PlainReader {
        private final byte[][] quoted;
        private final StringData[] choices;

        Choice(Set<String> names) {
            List<String> sorted = names.stream().sorted().collect(Collectors.toList());
            quoted = sorted.stream()
                    .map(name -> ('"' + name + '"').getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
            choices = sorted.stream().map(BinaryStringData::fromString).toArray(StringData[]::new);
            for (StringData choice : choices) {
                // Made now: it is written many times.
                ((BinaryStringData) choice).ensureMaterialized();
            }
        }

        @Override
        public StringData read(PlainText text) {
            for (int at = 0; at < quoted.length; at++) {
                if (text.passes(quoted[at])) {
                    return choices[at];
                }
            }
            throw NotPlain.INSTANCE;
        }

        @Override
        public void write(PlainText text, BinaryRowWriter row, int position) {
            row.writeString(position, read(text));
        }
    }
}
