package storetraffic.alerts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reader against a DynamoDB that answers queries by their partition, as much of it as the reader asks. */
class RuleTableTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PROMISED_MS = 30_000;

    private final Map<String, List<String>> items = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean isBroken;
    private HttpServer server;
    private RuleTable table;

    @BeforeEach
    void open() throws IOException {
        // Without credentials of the machine: the endpoint is local.
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::answer);
        server.start();
        put("*", rule("long", 1, 0, "{\\\"on\\\":5}"));
    }

    @AfterEach
    void close() {
        if (table != null) {
            table.release();
        }
        server.stop(0);
    }

    /** A store is read once; after that only the list of changes is. */
    @Test
    void readsAStoreOnce() {
        table = opened();
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-1", 10));
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-1", 20));
        assertEquals(1, asked.stream().filter("store-1"::equals).count());
        assertEquals(1, asked.stream().filter("*"::equals).count());
    }

    /** A change is there within half a minute, and holds from the instant that it names. */
    @Test
    void hearsOfAChange() {
        table = opened();
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-1", 1_000));
        put("store-1", rule("long", 1, 500, "{\\\"on\\\":9}"));
        put("~changes", change("0000000000400#store-1#long#000001", "store-1"));
        assertTrue(within(() -> table.effective("store-1", 1_001).equals("{\"long\":[1,{\"on\":9}]}")));
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-1", 499));
    }

    /** While DynamoDB does not answer, what is known stays; a store that is new has no rules until it does. */
    @Test
    void goesOnWithoutDynamoDb() {
        table = opened();
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-1", 1));
        isBroken = true;
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-1", 2));
        put("store-2", rule("crowd", 1, 0, "{}"));
        assertEquals("{\"long\":[1,{\"on\":5}]}", table.effective("store-2", 3));
        isBroken = false;
        assertTrue(within(() -> table.effective("store-2", 4).equals("{\"crowd\":[1,{}],\"long\":[1,{\"on\":5}]}")));
    }

    private RuleTable opened() {
        return RuleTable.open("rules", "us-east-1", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static boolean within(BooleanSupplier condition) {
        long end = System.currentTimeMillis() + PROMISED_MS;
        while (System.currentTimeMillis() < end) {
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void put(String partition, String item) {
        items.computeIfAbsent(partition, name -> new CopyOnWriteArrayList<>()).add(item);
    }

    private static String rule(String ruleId, int version, long validFromMs, String body) {
        return String.format(
                "{\"rule_id\":{\"S\":\"%s\"},\"version\":{\"N\":\"%d\"},\"valid_from_ms\":{\"N\":\"%d\"},\"body\":{\"S\":\"%s\"}}",
                ruleId, version, validFromMs, body);
    }

    private static String change(String key, String storeId) {
        return String.format("{\"rule_version\":{\"S\":\"%s\"},\"changed_store_id\":{\"S\":\"%s\"}}", key, storeId);
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        String partition = request.at("/ExpressionAttributeValues/:store/S").asText();
        asked.add(partition);
        List<String> found = new ArrayList<>(items.getOrDefault(partition, List.of()));
        String text = isBroken
                ? "{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\"}"
                : "{\"Count\":" + found.size() + ",\"Items\":[" + String.join(",", found) + "]}";
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(isBroken ? 500 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
