package storetraffic.decode;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.binary.BinaryArrayData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryArrayWriter;
import org.apache.flink.table.data.writer.BinaryRowWriter;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;

/**
 * Reads a list of flat objects straight into the bytes in which Flink keeps and sends it: a snapshot's sixty zones are
 * then copied as one piece from task to task, never value by value.
 */
final class PlainRows implements PlainReader {

    private static final int SLOT_BYTES = 8;
    private static final int USUAL_ROW_BYTES = 192;

    private final PlainStruct element;
    private final RowDataSerializer serializer;
    private final List<BinaryRowData> rows = new ArrayList<>();
    private final List<BinaryRowWriter> writers = new ArrayList<>();

    PlainRows(PlainStruct element, RowType type) {
        this.element = element;
        this.serializer = new RowDataSerializer(type);
    }

    @Override
    public boolean isWritable() {
        return false;
    }

    @Override
    public BinaryArrayData read(PlainText text) {
        text.need('[');
        int size = 0;
        if (!text.passes(']')) {
            do {
                readElement(size++, text);
            } while (text.passes(','));
            text.need(']');
        }
        return array(size);
    }

    private void readElement(int at, PlainText text) {
        if (at == rows.size()) {
            BinaryRowData row = new BinaryRowData(element.arity());
            rows.add(row);
            writers.add(new BinaryRowWriter(row, USUAL_ROW_BYTES));
        }
        BinaryRowWriter writer = writers.get(at);
        writer.reset();
        element.writeInto(writer, text);
        writer.complete();
    }

    private BinaryArrayData array(int size) {
        BinaryArrayData array = new BinaryArrayData();
        BinaryArrayWriter writer = new BinaryArrayWriter(array, size, SLOT_BYTES);
        for (int at = 0; at < size; at++) {
            writer.writeRow(at, rows.get(at), serializer);
        }
        writer.complete();
        return array;
    }
}
