package storetraffic.functions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryArrayData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryArrayWriter;

/**
 * Rows of one arity, found by the text in their first field.
 *
 * <p>They are kept in Flink's binary form and changed in place, so that state is written, read and given out as bytes, not
 * value by value.
 */
public final class BinaryRows implements StateWriting {

    private static final int SLOT_BYTES = 8;

    private final int arity;
    private final List<BinaryRowData> rows = new ArrayList<>();
    private Map<StringData, BinaryRowData> byId;

    BinaryRows(int arity) {
        this.arity = arity;
    }

    List<BinaryRowData> rows() {
        return rows;
    }

    /** Returns the row of an id, which is usually at the place where it was before; null when there is none. */
    BinaryRowData get(int place, StringData id) {
        if (place < rows.size() && rows.get(place).getString(0).equals(id)) {
            return rows.get(place);
        }
        if (byId == null) {
            byId = new HashMap<>();
            rows.forEach(row -> byId.put(row.getString(0), row));
        }
        return byId.get(id);
    }

    /** Adds a row made by a writer of its own. */
    void add(BinaryRowData row) {
        rows.add(row);
        if (byId != null) {
            byId.put(row.getString(0), row);
        }
    }

    /** Puts a row in the place of the one with the same id. */
    void replace(BinaryRowData before, BinaryRowData row) {
        rows.set(rows.indexOf(before), row);
        byId = null;
    }

    /** Returns the rows as a list of rows. */
    ArrayData toArray() {
        BinaryArrayData array = new BinaryArrayData();
        BinaryArrayWriter writer = new BinaryArrayWriter(array, rows.size(), SLOT_BYTES);
        for (int at = 0; at < rows.size(); at++) {
            // Binary rows are copied as they are: no serializer is asked.
            writer.writeRow(at, rows.get(at), null);
        }
        writer.complete();
        return array;
    }

    @Override
    public void write(DataOutputView target) throws IOException {
        target.writeInt(rows.size());
        target.writeInt(rows.stream().mapToInt(row -> Integer.BYTES + row.getSizeInBytes()).sum());
        for (BinaryRowData row : rows) {
            target.writeInt(row.getSizeInBytes());
            // One segment each, made by a writer or by read().
            target.write(row.getSegments()[0].getArray(), row.getOffset(), row.getSizeInBytes());
        }
    }

    static BinaryRows read(int arity, DataInputView source) throws IOException {
        BinaryRows read = new BinaryRows(arity);
        int size = source.readInt();
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        MemorySegment memory = MemorySegmentFactory.wrap(bytes);
        for (int at = 0, offset = 0; at < size; at++) {
            int length = memory.getIntBigEndian(offset);
            BinaryRowData row = new BinaryRowData(arity);
            row.pointTo(memory, offset + Integer.BYTES, length);
            read.rows.add(row);
            offset += Integer.BYTES + length;
        }
        return read;
    }
}
