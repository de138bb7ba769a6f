package storetraffic.decode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.table.data.GenericArrayData;

/**
 * Reads a list; its elements are never null.
 *
 * <p>An element that breaks the contract is left out and told, so that a record keeps its good ones. A list of which no
 * element is good refuses the record.
 */
final class ListReader implements ValueReader {

    private final ValueReader element;

    ListReader(ValueReader element) {
        this.element = element;
    }

    @Override
    public Object read(JsonParser parser, Violations violations) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return ScalarReaders.refuse(parser, violations, Reason.WRONG_TYPE, "a list");
        }
        List<Object> elements = new ArrayList<>();
        Violation ofRecord = violations.replace(null);
        Violation first = null;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Object value = readElement(parser, violations);
            Violation ofElement = violations.replace(null);
            if (ofElement == null) {
                elements.add(value);
            } else {
                violations.leaveOut(ofElement);
                first = first == null ? ofElement : first;
            }
        }
        violations.replace(ofRecord);
        if (elements.isEmpty() && first != null) {
            violations.note(first);
        }
        return new GenericArrayData(elements.toArray());
    }

    private Object readElement(JsonParser parser, Violations violations) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            violations.note(Reason.MISSING_FIELD, parser, "a value", "null");
            return null;
        }
        return element.read(parser, violations);
    }
}
