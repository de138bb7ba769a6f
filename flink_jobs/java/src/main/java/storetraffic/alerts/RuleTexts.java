package storetraffic.alerts;

import java.util.Map;
import java.util.TreeMap;
import storetraffic.alerts.RuleVersions.Version;

/** Writes the rules that hold for a store as one text: {@code {"rule id": [version, body], ...}} with bodies as they are. */
final class RuleTexts {

    private RuleTexts() {}

    /** A store's own rule stands in place of the chain's of the same id, and a rule that is gone is left out. */
    static String effective(RuleVersions ofChain, RuleVersions ofStore, long atMs) {
        Map<String, Version> effective = new TreeMap<>();
        ofChain.putEffective(atMs, effective);
        ofStore.putEffective(atMs, effective);
        StringBuilder text = new StringBuilder("{");
        effective.forEach((rule, version) -> {
            if (!version.body.isEmpty()) {
                text.append(text.length() == 1 ? "" : ",")
                        .append('"').append(rule).append("\":[")
                        .append(version.number).append(',').append(version.body).append(']');
            }
        });
        return text.append('}').toString();
    }
}
