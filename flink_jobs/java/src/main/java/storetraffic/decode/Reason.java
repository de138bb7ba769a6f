package storetraffic.decode;

import java.util.Locale;

/**
 * Why the decoder refuses a record; the names are those of {@code contracts/rejections.py} (a test compares them).
 *
 * <p>Those before {@link #MISSING_FIELD} say what kind of thing the record is: they outrank the details of its fields.
 */
public enum Reason {
    NOT_JSON,
    TOO_LARGE,
    UNKNOWN_SCHEMA,
    UNKNOWN_KIND,
    MISSING_FIELD,
    WRONG_TYPE,
    OUT_OF_RANGE,
    WRONG_PAYLOAD,
    WRONG_EVENT_ID;

    /** Returns the reason as it is written in {@code rejected_v1}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean outranks(Reason other) {
        return compareTo(MISSING_FIELD) < 0 && compareTo(other) < 0;
    }
}
