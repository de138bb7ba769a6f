package storetraffic.alerts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The versions of one store's rules, or of the chain's, in the order of their numbers: which hold at an instant? */
final class RuleVersions {

    /** One version of a rule; an empty body means that the rule is gone. */
    static final class Version {
        final String ruleId;
        final long number;
        final long validFromMs;
        final String body;

        Version(String ruleId, long number, long validFromMs, String body) {
            this.ruleId = ruleId;
            this.number = number;
            this.validFromMs = validFromMs;
            this.body = body;
        }
    }

    static final RuleVersions NONE = new RuleVersions(List.of());

    private final Map<String, List<Version>> byRule = new TreeMap<>();

    /** Takes versions that lie in the order of their rules and numbers. */
    RuleVersions(List<Version> versions) {
        for (Version version : versions) {
            byRule.computeIfAbsent(version.ruleId, rule -> new ArrayList<>()).add(version);
        }
    }

    /** Puts what holds at the instant into a map from rule to version, over what is there. */
    void putEffective(long atMs, Map<String, Version> effective) {
        byRule.forEach((rule, versions) -> {
            for (int at = versions.size() - 1; at >= 0; at--) {
                if (versions.get(at).validFromMs <= atMs) {
                    effective.put(rule, versions.get(at));
                    return;
                }
            }
        });
    }
}
