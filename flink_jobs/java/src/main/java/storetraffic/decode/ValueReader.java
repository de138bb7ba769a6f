package storetraffic.decode;

import java.io.IOException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;

/** Reads the value at which a parser stands into Flink's internal form. */
interface ValueReader {

    /**
     * Reads one value and leaves the parser at its last token.
     *
     * @return the value, or null when it breaks the contract; the violation is then noted
     * @throws IOException when the record is not JSON
     */
    Object read(JsonParser parser, Violations violations) throws IOException;
}
