package storetraffic.decode;

import org.apache.flink.table.data.writer.BinaryRowWriter;

/** Reads the value at which a plain text stands; throws {@link NotPlain} for every value that breaks the contract. */
interface PlainReader {

    /** Returns the value in Flink's internal form. */
    Object read(PlainText text);

    /** Writes the value into a row's bytes. */
    default void write(PlainText text, BinaryRowWriter row, int position) {
        throw new UnsupportedOperationException("expected a value without parts");
    }

    /** Whether values can be written into a row's bytes. */
    default boolean isWritable() {
        return true;
    }
}
