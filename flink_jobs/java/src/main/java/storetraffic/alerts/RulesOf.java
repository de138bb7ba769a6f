package storetraffic.alerts;

import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * {@code RULES_OF(store_id, time_ms, table, region, endpoint)}: the alert rules that hold for a store at an instant of event
 * time, as {@link RuleTexts} writes them. They come from DynamoDB, and each change is there within {@value
 * RuleTable#REFRESH_SECONDS} s. As versions say from when on they hold, a replay sees the rules of its time.
 */
public final class RulesOf extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    private transient RuleTable rules;

    /** Returns the rules as text; the table's place is constant, and an empty endpoint is the cloud's own. */
    public String eval(String storeId, Long timeMs, String table, String region, String endpoint) {
        if (rules == null) {
            rules = RuleTable.open(table, region, endpoint);
        }
        return rules.effective(storeId, timeMs);
    }

    @Override
    public boolean isDeterministic() {
        return false;
    }

    @Override
    public void open(FunctionContext context) {
        rules = null;
    }

    @Override
    public void close() {
        if (rules != null) {
            rules.release();
            rules = null;
        }
    }
}
