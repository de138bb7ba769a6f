package storetraffic.decode;

/** One way in which a record breaks the contract. */
final class Violation {

    final Reason reason;
    final String detail;

    Violation(Reason reason, String detail) {
        this.reason = reason;
        this.detail = detail;
    }
}
