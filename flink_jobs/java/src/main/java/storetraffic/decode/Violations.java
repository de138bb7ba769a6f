package storetraffic.decode;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;

/**
 * What breaks the contract in one record, which elements of its lists were left out for that, and whether it holds fields
 * that this version does not know.
 */
final class Violations {

    private static final int SHOWN_LENGTH = 64;
    private static final int SHOWN_ELEMENTS = 16;

    private final List<String> leftOut = new ArrayList<>();
    private int leftOutCount;
    private Violation violation;
    private boolean hasUnknownField;

    void reset() {
        leftOut.clear();
        leftOutCount = 0;
        violation = null;
        hasUnknownField = false;
    }

    /** Notes a violation at the parser's place; the first of a record is kept unless a later one outranks it. */
    void note(Reason broken, JsonParser parser, String expected, String came) {
        note(broken, parser.getParsingContext().pathAsPointer().toString(), expected, came);
    }

    /** Notes a violation at a place given as a JSON pointer. */
    void note(Reason broken, String pointer, String expected, String came) {
        if (violation == null || broken.outranks(violation.reason)) {
            String place = pointer.isEmpty() ? "record" : pointer;
            violation = new Violation(broken, place + ": expected " + expected + ", came " + shortened(came));
        }
    }

    /** Notes a violation that was found before. */
    void note(Violation found) {
        if (violation == null || found.reason.outranks(violation.reason)) {
            violation = found;
        }
    }

    /** Puts a violation, or none, in place of the present one, and returns that: what an element breaks is its own. */
    Violation replace(Violation other) {
        Violation before = violation;
        violation = other;
        return before;
    }

    /** Notes that an element of a list is left out. */
    void leaveOut(Violation ofElement) {
        leftOutCount++;
        if (leftOutCount <= SHOWN_ELEMENTS) {
            leftOut.add(ofElement.reason.code() + " at " + ofElement.detail);
        }
    }

    /** Returns the elements that were left out, with their reasons; null when none was. */
    String leftOut() {
        if (leftOutCount == 0) {
            return null;
        }
        String more = leftOutCount > SHOWN_ELEMENTS ? "; " + (leftOutCount - SHOWN_ELEMENTS) + " more" : "";
        return String.join("; ", leftOut) + more;
    }

    void noteUnknownField() {
        hasUnknownField = true;
    }

    boolean isEmpty() {
        return violation == null;
    }

    boolean hasUnknownField() {
        return hasUnknownField;
    }

    Reason reason() {
        return violation.reason;
    }

    String detail() {
        return violation.detail;
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "…";
    }
}
