package storetraffic.functions;

import java.io.IOException;
import java.io.Serializable;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Writes accumulators that know how to write themselves, so that a whole store's zones are one small state entry. */
abstract class StateSerializer<T extends StateWriting> extends TypeSerializerSingleton<T> {

    private static final long serialVersionUID = 1L;
    private static final int USUAL_BYTES = 4096;

    private final Maker<T> maker;
    private final Reader<T> reader;

    interface Maker<T> extends Supplier<T>, Serializable {}

    interface Reader<T> extends Serializable {
        T read(DataInputView source) throws IOException;
    }

    StateSerializer(Maker<T> maker, Reader<T> reader) {
        this.maker = maker;
        this.reader = reader;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public T createInstance() {
        return maker.get();
    }

    @Override
    public T copy(T from) {
        try {
            DataOutputSerializer written = new DataOutputSerializer(USUAL_BYTES);
            from.write(written);
            return reader.read(new DataInputDeserializer(written.getSharedBuffer(), 0, written.length()));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public T copy(T from, T reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(T record, DataOutputView target) throws IOException {
        record.write(target);
    }

    @Override
    public T deserialize(DataInputView source) throws IOException {
        return reader.read(source);
    }

    @Override
    public T deserialize(T reuse, DataInputView source) throws IOException {
        return reader.read(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        reader.read(source).write(target);
    }
}
