package storetraffic.decode;

/** Says that a record is not in the plain form; costs no stack trace, as it says nothing about a place. */
final class NotPlain extends RuntimeException {

    static final NotPlain INSTANCE = new NotPlain();

    private static final long serialVersionUID = 1L;

    private NotPlain() {
        super("the record is not in the plain form", null, false, false);
    }
}
