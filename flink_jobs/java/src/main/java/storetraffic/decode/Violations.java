package storetraffic.decode;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;

/** What breaks the contract in one record, and whether the record holds fields that this version does not know. */
final class Violations {

    private static final int SHOWN_LENGTH = 64;

    private Reason reason;
    private String detail;
    private boolean hasUnknownField;

    void reset() {
        reason = null;
        detail = null;
        hasUnknownField = false;
    }

    /** Notes a violation at the parser's place; the first of a record is kept unless a later one outranks it. */
    void note(Reason broken, JsonParser parser, String expected, String came) {
        note(broken, parser.getParsingContext().pathAsPointer().toString(), expected, came);
    }

    /** Notes a violation at a place given as a JSON pointer. */
    void note(Reason broken, String pointer, String expected, String came) {
        if (reason == null || broken.outranks(reason)) {
            reason = broken;
            detail = (pointer.isEmpty() ? "record" : pointer) + ": expected " + expected + ", came " + shortened(came);
        }
    }

    void noteUnknownField() {
        hasUnknownField = true;
    }

    boolean isEmpty() {
        return reason == null;
    }

    boolean hasUnknownField() {
        return hasUnknownField;
    }

    Reason reason() {
        return reason;
    }

    String detail() {
        return detail;
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "…";
    }
}
