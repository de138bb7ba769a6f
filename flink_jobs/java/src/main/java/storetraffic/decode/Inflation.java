package storetraffic.decode;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Makes records that were compressed with zlib (RFC 1950) text again. */
final class Inflation {

    private static final int DEFLATE = 0x78;

    private final Inflater inflater = new Inflater();
    private final byte[] text;

    /** Texts of so many bytes are returned at most, whatever a record would become. */
    Inflation(int maxBytes) {
        text = new byte[maxBytes];
    }

    /** Whether a record begins as zlib does; no JSON does. */
    static boolean isCompressed(byte[] record) {
        return record.length > 1 && record[0] == DEFLATE && (DEFLATE << Byte.SIZE | record[1] & 0xff) % 31 == 0;
    }

    /** Returns a record's text, cut where it is too long; null when the record is damaged, cut short or followed by more. */
    byte[] text(byte[] record) {
        inflater.reset();
        inflater.setInput(record);
        try {
            int length = 0;
            for (int more = 1; more > 0 && length < text.length; length += more) {
                more = inflater.inflate(text, length, text.length - length);
            }
            boolean isWhole = inflater.finished() && inflater.getRemaining() == 0;
            return isWhole || length == text.length ? Arrays.copyOf(text, length) : null;
        } catch (DataFormatException damaged) {
            return null;
        }
    }
}
