package storetraffic.decode;

import java.io.IOException;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.table.data.StringData;

/** Readers of values without parts, each with the limits of its field. */
final class ScalarReaders {

    private ScalarReaders() {}

    static ValueReader integer(long minimum, long maximum) {
        return (parser, violations) -> {
            Long value = readLong(parser, violations, minimum, maximum);
            return value == null ? null : (Object) value.intValue();
        };
    }

    static ValueReader bigint(long minimum, long maximum) {
        return (parser, violations) -> readLong(parser, violations, minimum, maximum);
    }

    static ValueReader real(double minimum, double maximum) {
        return (parser, violations) -> {
            if (!parser.currentToken().isNumeric()) {
                return refuse(parser, violations, Reason.WRONG_TYPE, "a number");
            }
            double value = parser.getDoubleValue();
            // Negated, so that a number too large for a double (infinite) is refused too.
            if (!(value >= minimum && value <= maximum && !Double.isInfinite(value))) {
                return refuse(parser, violations, Reason.OUT_OF_RANGE, between(minimum, maximum));
            }
            return value;
        };
    }

    static ValueReader bool() {
        return (parser, violations) -> {
            if (!parser.currentToken().isBoolean()) {
                return refuse(parser, violations, Reason.WRONG_TYPE, "true or false");
            }
            return parser.getBooleanValue();
        };
    }

    static ValueReader text(int minLength, int maxLength) {
        return (parser, violations) -> {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                return refuse(parser, violations, Reason.WRONG_TYPE, "a text");
            }
            String value = parser.getText();
            int length = value.codePointCount(0, value.length());
            if (length < minLength || length > maxLength) {
                String expected = "a text of " + minLength + " to " + maxLength + " characters";
                return refuse(parser, violations, Reason.OUT_OF_RANGE, expected);
            }
            return StringData.fromString(value);
        };
    }

    static ValueReader choice(Set<String> choices, Reason reason) {
        return (parser, violations) -> {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                return refuse(parser, violations, Reason.WRONG_TYPE, "one of " + choices);
            }
            String value = parser.getText();
            if (!choices.contains(value)) {
                return refuse(parser, violations, reason, "one of " + choices);
            }
            return StringData.fromString(value);
        };
    }

    private static Long readLong(JsonParser parser, Violations violations, long minimum, long maximum)
            throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            refuse(parser, violations, Reason.WRONG_TYPE, "a whole number");
            return null;
        }
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!fits || parser.getLongValue() < minimum || parser.getLongValue() > maximum) {
            refuse(parser, violations, Reason.OUT_OF_RANGE, between(minimum, maximum));
            return null;
        }
        return parser.getLongValue();
    }

    /** Notes the violation and passes over the value, whatever it is. */
    static Object refuse(JsonParser parser, Violations violations, Reason reason, String expected)
            throws IOException {
        violations.note(reason, parser, expected, shown(parser));
        parser.skipChildren();
        return null;
    }

    private static String shown(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT:
                return "an object";
            case START_ARRAY:
                return "a list";
            case VALUE_STRING:
                return '"' + parser.getText() + '"';
            default:
                return parser.getText();
        }
    }

    private static String between(Number minimum, Number maximum) {
        return minimum + " to " + maximum;
    }
}
