package storetraffic.alerts;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * The table {@code rules} as one process reads it: each store when it is first asked for, and again when the list of changes
 * names it. The list is read every {@value #REFRESH_SECONDS} s, by one query, whatever the number of stores.
 *
 * <p>When DynamoDB does not answer, what is known stays, and a store that was never read has no rules until it does: an alert
 * may come late, but the job, and with it every number of the lake, goes on.
 */
final class RuleTable {

    static final int REFRESH_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(RuleTable.class);
    private static final String CHAIN = "*";
    private static final String CHANGES = "~changes";
    /** A change is told a moment after the time that it bears: clocks differ. */
    private static final long OVERLAP_MS = 120_000;

    private static final Map<String, RuleTable> OPEN = new HashMap<>();

    private final String key;
    private final String table;
    private final DynamoDbClient client;
    private final ScheduledExecutorService refresher;
    private final Map<String, RuleVersions> stores = new ConcurrentHashMap<>();
    private final Map<String, Text> texts = new ConcurrentHashMap<>();
    private final Set<String> unread = ConcurrentHashMap.newKeySet();
    private final Set<String> seenChanges = new HashSet<>();
    private String lastChange = "";
    private volatile long refreshes;
    private int users;

    /** A store's text, and the stretch of time for which it was asked last. */
    private static final class Text {
        final long timeMs;
        final String text;

        Text(long timeMs, String text) {
            this.timeMs = timeMs;
            this.text = text;
        }
    }

    private RuleTable(String key, String table, DynamoDbClient client) {
        this.key = key;
        this.table = table;
        this.client = client;
        this.refresher = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "alert rules");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Returns the process's reader of a table: its tasks share one. */
    static synchronized RuleTable open(String table, String region, String endpoint) {
        String key = table + '|' + region + '|' + endpoint;
        RuleTable reader = OPEN.get(key);
        if (reader == null) {
            reader = new RuleTable(key, table, client(region, endpoint));
            reader.start();
            OPEN.put(key, reader);
        }
        reader.users++;
        return reader;
    }

    /** Says that a task needs the reader no more; the last one closes it. */
    void release() {
        synchronized (RuleTable.class) {
            if (--users == 0) {
                OPEN.remove(key);
                refresher.shutdownNow();
                client.close();
            }
        }
    }

    /** Returns the rules that hold for a store at an instant. */
    String effective(String storeId, long timeMs) {
        Text known = texts.get(storeId);
        if (known != null && known.timeMs == timeMs) {
            return known.text;
        }
        String text = RuleTexts.effective(versions(CHAIN), versions(storeId), timeMs);
        // The same text again is the same object: less memory, and cheaper to compare.
        String kept = known != null && known.text.equals(text) ? known.text : text;
        texts.put(storeId, new Text(timeMs, kept));
        return kept;
    }

    private RuleVersions versions(String storeId) {
        RuleVersions known = stores.get(storeId);
        if (known != null) {
            return known;
        }
        try {
            RuleVersions read;
            long before;
            do {
                // A change told meanwhile may be missing from what was read.
                before = refreshes;
                read = read(storeId);
                stores.put(storeId, read);
            } while (before != refreshes);
            return read;
        } catch (SdkException unreachable) {
            LOG.warn("rules of {} cannot be read, and are tried again: {}", storeId, unreachable.getMessage());
            // Not at each row: every one would wait for the answer.
            unread.add(storeId);
            stores.put(storeId, RuleVersions.NONE);
            return RuleVersions.NONE;
        }
    }

    private void start() {
        refresh();
        refresher.scheduleWithFixedDelay(this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    private void refresh() {
        try {
            Set<String> changed = changedStores();
            refreshes++;
            changed.addAll(unread);
            for (String store : changed) {
                if (stores.containsKey(store)) {
                    stores.put(store, read(store));
                }
                unread.remove(store);
            }
            if (!changed.isEmpty()) {
                texts.clear();
            }
        } catch (SdkException unreachable) {
            LOG.warn("changes of rules cannot be read, and are tried again: {}", unreachable.getMessage());
            seenChanges.clear();
        }
    }

    /** Reads the list of changes from a little before the last one known. */
    private Set<String> changedStores() {
        String from = lastChange.isEmpty() ? "0" : stamp(Math.max(0, timeOf(lastChange) - OVERLAP_MS));
        Set<String> changed = new HashSet<>();
        for (Map<String, AttributeValue> item : query(CHANGES, from)) {
            String change = item.get("rule_version").s();
            if (seenChanges.add(change)) {
                changed.add(item.get("changed_store_id").s());
            }
            lastChange = change.compareTo(lastChange) > 0 ? change : lastChange;
        }
        String oldest = lastChange.isEmpty() ? "" : stamp(Math.max(0, timeOf(lastChange) - 2 * OVERLAP_MS));
        seenChanges.removeIf(change -> change.compareTo(oldest) < 0);
        return changed;
    }

    private RuleVersions read(String storeId) {
        List<RuleVersions.Version> versions = new ArrayList<>();
        for (Map<String, AttributeValue> item : query(storeId, "")) {
            AttributeValue body = item.get("body");
            versions.add(new RuleVersions.Version(
                    item.get("rule_id").s(),
                    Long.parseLong(item.get("version").n()),
                    Long.parseLong(item.get("valid_from_ms").n()),
                    body == null || body.s() == null ? "" : body.s()));
        }
        return new RuleVersions(versions);
    }

    private Iterable<Map<String, AttributeValue>> query(String storeId, String from) {
        QueryRequest.Builder request = QueryRequest.builder().tableName(table);
        if (from.isEmpty()) {
            request.keyConditionExpression("store_id = :store")
                    .expressionAttributeValues(Map.of(":store", AttributeValue.fromS(storeId)));
        } else {
            request.keyConditionExpression("store_id = :store AND rule_version >= :from")
                    .expressionAttributeValues(Map.of(
                            ":store", AttributeValue.fromS(storeId), ":from", AttributeValue.fromS(from)));
        }
        return client.queryPaginator(request.build()).items();
    }

    private static String stamp(long timeMs) {
        return String.format("%013d", timeMs);
    }

    private static long timeOf(String change) {
        return Long.parseLong(change.substring(0, change.indexOf('#')));
    }

    private static DynamoDbClient client(String region, String endpoint) {
        DynamoDbClientBuilder builder = DynamoDbClient.builder()
                .region(Region.of(region))
                .httpClientBuilder(ApacheHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(2))
                        .socketTimeout(Duration.ofSeconds(5)));
        if (!endpoint.isEmpty()) {
            builder.endpointOverride(URI.create(endpoint))
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
        }
        return builder.build();
    }
}
