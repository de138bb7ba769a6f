package storetraffic.functions;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.table.data.StringData;

/** Texts in state: Flink's own form, without Java strings in between. */
final class Texts {

    private Texts() {}

    /** Copies a text: strings of a row point into memory that is used again. */
    static StringData copy(StringData text) {
        return StringData.fromBytes(text.toBytes());
    }

    static void write(DataOutputView target, StringData text) throws IOException {
        if (text == null) {
            target.writeInt(-1);
            return;
        }
        byte[] bytes = text.toBytes();
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    static StringData read(DataInputView source) throws IOException {
        int length = source.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        source.readFully(bytes);
        return StringData.fromBytes(bytes);
    }
}
