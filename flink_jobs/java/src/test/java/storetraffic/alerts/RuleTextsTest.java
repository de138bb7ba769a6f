package storetraffic.alerts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import storetraffic.alerts.RuleVersions.Version;

class RuleTextsTest {

    private static final RuleVersions CHAIN = new RuleVersions(List.of(
            new Version("crowd", 1, 0, "{\"c\":1}"), new Version("long", 1, 0, "{\"l\":1}"),
            new Version("long", 2, 500, "{\"l\":2}")));

    /** A version holds from its own instant on, so that a replay sees the rules of its time. */
    @Test
    void holdsFromItsInstant() {
        assertEquals("{\"crowd\":[1,{\"c\":1}],\"long\":[1,{\"l\":1}]}", RuleTexts.effective(CHAIN, RuleVersions.NONE, 499));
        assertEquals("{\"crowd\":[1,{\"c\":1}],\"long\":[2,{\"l\":2}]}", RuleTexts.effective(CHAIN, RuleVersions.NONE, 500));
    }

    /** A store's own rule stands in place of the chain's, and one that is gone leaves nothing. */
    @Test
    void theStoresOwnGoesFirst() {
        RuleVersions store = new RuleVersions(
                List.of(new Version("crowd", 3, 0, ""), new Version("long", 7, 100, "{\"l\":7}")));
        assertEquals("{\"long\":[1,{\"l\":1}]}", RuleTexts.effective(CHAIN, store, 99));
        assertEquals("{\"long\":[7,{\"l\":7}]}", RuleTexts.effective(CHAIN, store, 1000));
    }

    /** Of versions that were saved in another order than they hold, the highest number that holds is taken. */
    @Test
    void theHighestNumberThatHoldsIsTaken() {
        RuleVersions store = new RuleVersions(List.of(
                new Version("long", 1, 100, "{\"l\":1}"), new Version("long", 2, 50, "{\"l\":2}")));
        assertEquals("{\"long\":[2,{\"l\":2}]}", RuleTexts.effective(RuleVersions.NONE, store, 200));
        assertEquals("{}", RuleTexts.effective(RuleVersions.NONE, store, 10));
    }
}
