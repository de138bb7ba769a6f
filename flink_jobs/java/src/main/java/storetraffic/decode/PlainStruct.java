package storetraffic.decode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.writer.BinaryRowWriter;

/** Reads an object whose fields come in the contract's order, without nulls and unknown fields. */
final class PlainStruct implements PlainReader {

    private final Part[] parts;
    private final int arity;

    /** A field: its name as it is written, its place in the row and how to read it. */
    static final class Part {
        final byte[] name;
        final int position;
        final boolean isRequired;
        final PlainReader reader;

        Part(String name, int position, boolean isRequired, PlainReader reader) {
            this.name = ('"' + name + "\":").getBytes(StandardCharsets.UTF_8);
            this.position = position;
            this.isRequired = isRequired;
            this.reader = reader;
        }
    }

    PlainStruct(List<Part> parts, int arity) {
        this.parts = parts.toArray(Part[]::new);
        this.arity = arity;
    }

    /** Whether no field has parts of its own. */
    boolean isFlat() {
        for (Part part : parts) {
            if (!part.reader.isWritable()) {
                return false;
            }
        }
        return true;
    }

    int arity() {
        return arity;
    }

    @Override
    public boolean isWritable() {
        return false;
    }

    @Override
    public GenericRowData read(PlainText text) {
        GenericRowData row = new GenericRowData(arity);
        readInto(row, text);
        return row;
    }

    /** Reads into a row that may be wider than this object. */
    void readInto(GenericRowData row, PlainText text) {
        text.need('{');
        boolean hasMore = true;
        for (Part part : parts) {
            if (isNext(part, hasMore, text)) {
                row.setField(part.position, part.reader.read(text));
                hasMore = text.passes(',');
            }
        }
        end(hasMore, text);
    }

    /** Writes a flat object into a row's bytes. */
    void writeInto(BinaryRowWriter row, PlainText text) {
        text.need('{');
        boolean hasMore = true;
        for (Part part : parts) {
            if (isNext(part, hasMore, text)) {
                part.reader.write(text, row, part.position);
                hasMore = text.passes(',');
            } else {
                row.setNullAt(part.position);
            }
        }
        end(hasMore, text);
    }

    private static boolean isNext(Part part, boolean hasMore, PlainText text) {
        boolean isNext = hasMore && text.passes(part.name);
        if (!isNext && part.isRequired) {
            throw NotPlain.INSTANCE;
        }
        return isNext;
    }

    private static void end(boolean hasMore, PlainText text) {
        if (hasMore) {
            throw NotPlain.INSTANCE;
        }
        text.need('}');
    }
}
