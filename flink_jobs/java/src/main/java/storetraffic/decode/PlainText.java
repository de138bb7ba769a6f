package storetraffic.decode;

import java.util.Arrays;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * A record's bytes, read from the left in the plain form: JSON without spaces, escapes and characters beyond ASCII.
 *
 * <p>Whatever is not as asked throws {@link NotPlain}.
 */
final class PlainText {

    /** Any so long a number fits into a long. */
    private static final int MAX_DIGITS = 18;

    private byte[] bytes;
    private MemorySegment[] memory;
    private int at;

    /** Starts anew with a record. */
    void open(byte[] record) {
        bytes = record;
        memory = new MemorySegment[] {MemorySegmentFactory.wrap(record)};
        at = 0;
    }

    boolean isAtEnd() {
        return at == bytes.length;
    }

    /** Passes over a character if it is the next one. */
    boolean passes(char expected) {
        boolean isNext = at < bytes.length && bytes[at] == expected;
        at += isNext ? 1 : 0;
        return isNext;
    }

    /** Passes over bytes if they are the next ones. */
    boolean passes(byte[] expected) {
        int end = at + expected.length;
        boolean isNext = end <= bytes.length && Arrays.equals(bytes, at, end, expected, 0, expected.length);
        at = isNext ? end : at;
        return isNext;
    }

    /** Passes over a character. */
    void need(char expected) {
        if (!passes(expected)) {
            throw NotPlain.INSTANCE;
        }
    }

    /** Reads a whole number. */
    long number() {
        boolean isNegative = passes('-');
        int first = at;
        long value = 0;
        for (int digit; at < bytes.length && (digit = bytes[at] - '0') >= 0 && digit <= 9; at++) {
            value = 10 * value + digit;
        }
        int digits = at - first;
        // JSON knows no number with a leading zero.
        if (digits == 0 || digits > MAX_DIGITS || (digits > 1 && bytes[first] == '0')) {
            throw NotPlain.INSTANCE;
        }
        return isNegative ? -value : value;
    }

    /** Reads a text of so many characters; it points into the record. */
    BinaryStringData text(int minLength, int maxLength) {
        need('"');
        int first = at;
        // Bytes of characters beyond ASCII are negative.
        while (at < bytes.length && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        int length = at - first;
        need('"');
        if (length < minLength || length > maxLength) {
            throw NotPlain.INSTANCE;
        }
        return BinaryStringData.fromAddress(memory, first, length);
    }
}
