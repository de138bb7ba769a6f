package storetraffic.decode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;

/** Bytes to one row of the source table: the event's fields, or the reason why there is none. */
public final class EventDecoder {

    public static final int MAX_EVENT_BYTES = 256 * 1024;
    public static final int HEAD_BYTES = 4 * 1024;

    private final JsonFactory factory = new JsonFactory();
    private final Violations violations = new Violations();
    private final StructReader event;
    private final PlainStruct plainEvent;
    private final PlainText plainText = new PlainText();
    private final Inflation inflation = new Inflation(MAX_EVENT_BYTES + 1);
    private final List<Payload> payloads = new ArrayList<>();
    private final int arity;
    private final int kind;
    private final int eventId;
    private final int deviceId;
    private final int bootId;
    private final int seq;
    private final int reason;
    private final int detail;
    private final int head;
    private final int sizeBytes;
    private final int original;
    private final int leftOut;
    private final int isResuming;

    private static final class Payload {
        final String kind;
        final int position;

        Payload(String kind, int position) {
            this.kind = kind;
            this.position = position;
        }
    }

    /**
     * Compiles the decoder.
     *
     * @param schema the JSON Schema of an event
     * @param rowType columns of the source table: those of the schema, and what is known of a rejected record
     */
    public EventDecoder(JsonNode schema, RowType rowType) {
        List<String> columns = rowType.getFieldNames();
        this.event = Readers.struct(schema, rowType);
        this.plainEvent = PlainReaders.struct(schema, rowType);
        schema.at("/properties/kind/enum")
                .forEach(name -> payloads.add(new Payload(name.asText(), columns.indexOf(name.asText()))));
        this.arity = columns.size();
        this.kind = columns.indexOf("kind");
        this.eventId = columns.indexOf("event_id");
        this.deviceId = columns.indexOf("device_id");
        this.bootId = columns.indexOf("boot_id");
        this.seq = columns.indexOf("seq");
        this.reason = columns.indexOf("decode_reason");
        this.detail = columns.indexOf("decode_detail");
        this.head = columns.indexOf("head");
        this.sizeBytes = columns.indexOf("size_bytes");
        this.original = columns.indexOf("original");
        this.leftOut = columns.indexOf("left_out");
        this.isResuming = columns.indexOf("is_resuming");
    }

    /**
     * Decodes a record; never throws for what is in it.
     *
     * @param record bytes as put into Kinesis: JSON, or JSON compressed by zlib
     * @param resuming whether the record came right after a long silence: kept in the row, for the watermark
     */
    public RowData decode(byte[] record, boolean resuming) {
        violations.reset();
        byte[] text = text(record);
        GenericRowData row = read(text);
        row.setField(isResuming, resuming);
        row.setField(sizeBytes, record.length);
        String withoutElements = violations.leftOut();
        if (!violations.isEmpty()) {
            reject(text, row);
        } else if (violations.hasUnknownField() || withoutElements != null) {
            row.setField(original, string(text, text.length));
            row.setField(leftOut, StringData.fromString(withoutElements));
        }
        return row;
    }

    private byte[] text(byte[] record) {
        if (record.length > MAX_EVENT_BYTES || !Inflation.isCompressed(record)) {
            return record;
        }
        byte[] text = inflation.text(record);
        if (text == null) {
            violations.note(Reason.NOT_JSON, "", "JSON, or JSON compressed by zlib", "bytes that zlib cannot read");
            return record;
        }
        return text;
    }

    private GenericRowData read(byte[] text) {
        GenericRowData row = new GenericRowData(arity);
        if (text.length > MAX_EVENT_BYTES) {
            violations.note(Reason.TOO_LARGE, "", "at most " + MAX_EVENT_BYTES + " bytes", text.length + " bytes or more");
        } else if (violations.isEmpty() && !readPlain(text, row)) {
            row = new GenericRowData(arity);
            readAny(text, row);
        }
        if (violations.isEmpty()) {
            checkPayload(row);
            checkEventId(row);
        }
        return row;
    }

    /** Reads a record as the edge writes it, several times faster than any JSON; all others are Jackson's to judge. */
    private boolean readPlain(byte[] text, GenericRowData row) {
        try {
            plainText.open(text);
            plainEvent.readInto(row, plainText);
            return plainText.isAtEnd();
        } catch (NotPlain other) {
            return false;
        }
    }

    private void readAny(byte[] text, GenericRowData row) {
        try (JsonParser parser = factory.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                violations.note(Reason.NOT_JSON, "", "a JSON object", text.length == 0 ? "nothing" : "something else");
                return;
            }
            event.readInto(row, parser, violations);
            if (parser.nextToken() != null) {
                violations.note(Reason.NOT_JSON, "", "one JSON object", "more after its end");
            }
        } catch (JsonProcessingException notJson) {
            violations.note(Reason.NOT_JSON, "", "JSON", notJson.getOriginalMessage());
        } catch (IOException notUtf8) {
            // Jackson reports bytes that are not UTF-8 as a CharConversionException.
            violations.note(Reason.NOT_JSON, "", "JSON in UTF-8", String.valueOf(notUtf8.getMessage()));
        }
    }

    private void checkPayload(GenericRowData row) {
        String declared = row.getString(kind).toString();
        for (Payload payload : payloads) {
            boolean isPresent = row.getField(payload.position) != null;
            if (isPresent != payload.kind.equals(declared)) {
                String came = isPresent ? payload.kind : "no " + declared;
                violations.note(Reason.WRONG_PAYLOAD, "", "the payload " + declared + " alone", came);
            }
        }
    }

    private void checkEventId(GenericRowData row) {
        if (!violations.isEmpty()) {
            return;
        }
        String expected = row.getString(deviceId) + "/" + row.getString(bootId) + "/" + row.getLong(seq);
        String came = row.getString(eventId).toString();
        if (!expected.equals(came)) {
            violations.note(Reason.WRONG_EVENT_ID, "/event_id", expected, came);
        }
    }

    private void reject(byte[] text, GenericRowData row) {
        payloads.forEach(payload -> row.setField(payload.position, null));
        row.setField(reason, StringData.fromString(violations.reason().code()));
        row.setField(detail, StringData.fromString(violations.detail()));
        row.setField(head, string(text, Math.min(text.length, HEAD_BYTES)));
    }

    private static StringData string(byte[] text, int length) {
        return StringData.fromString(new String(text, 0, length, StandardCharsets.UTF_8));
    }
}
