"""From the claims of a token to scopes, groups and tags: nothing is guessed, and no two scopes share a name."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from lambdas.dashboards.errors import ClaimsError, OpeningError, ScopeNameError
from lambdas.dashboards.opening import COMPARISONS, PARAMETERS, Opening, opening_of
from lambdas.dashboards.scopes import CHAIN, EVERYTHING, NO_REGION, REGION_TAG, SCOPE_TAG, Scope
from lambdas.dashboards.settings import Settings, SettingsError, read_settings
from lambdas.dashboards.viewer import REGION_CLAIM, ROLE_SCOPES, STORE_CLAIM, viewer_of
from lambdas.dashboards.weekly.settings import Settings as WeeklySettings
from quicksight import sql
from quicksight.api import controls, data_sets
from quicksight.api.account import READERS_GROUP, Account
from quicksight.dashboards import DASHBOARDS
from quicksight.model import dashboards as model
from tests.lambdas.dashboards.conftest import claims

VIEWS = Path(__file__).parents[3] / "sql" / "athena"
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), min_size=1, max_size=20)


def groups(**changes: Any) -> list[str]:
    """Return the groups that claims lead to."""
    return [scope.group for scope in viewer_of(claims(**changes)).scopes]


@lru_cache(maxsize=8)
def pattern_of(shape: str) -> str:
    """Return what Quick Sight's API takes."""
    written: str = get_session().get_service_model("quicksight").shape_for(shape).metadata["pattern"]
    return written.encode().decode("unicode_escape")


def test_a_role_takes_its_own_claim_only() -> None:
    """A region in the token of a store's manager is nothing: it may be left from another post."""
    both = {"custom:region": "North", "custom:store_id": "store-001"}
    assert groups(**both) == ["store-traffic-store-store-001"]
    assert groups(**both, **{"cognito:groups": "regional_manager"}) == ["store-traffic-region-North"]
    assert groups(**both, **{"cognito:groups": "security,regional_manager"}) == [
        "store-traffic-region-North",
        "store-traffic-store-store-001",
    ]
    assert groups(**both, **{"cognito:groups": "operator,store_manager"}) == ["store-traffic-chain"]
    assert groups(**both, **{"cognito:groups": ""}) == []
    assert groups(**both, **{"cognito:groups": "Chain_Manager"}) == []


@pytest.mark.parametrize("written", ["store_manager,x", "[store_manager x]", ["store_manager", "x"]])
def test_roles_are_read_as_both_kinds_of_gateway_write_them(written: Any) -> None:
    """A REST API joins groups by commas, an HTTP API writes a list in brackets."""
    assert viewer_of(claims(**{"cognito:groups": written})).roles == ("store_manager", "x")


def test_several_stores_stand_in_one_claim() -> None:
    """By commas, each once."""
    assert groups(**{"custom:store_id": "store-002, store-001,store-002"}) == [
        "store-traffic-store-store-001",
        "store-traffic-store-store-002",
    ]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sub": ""}, "sub: expected 2 to 64"),
        ({"sub": "../../admin/x"}, "sub"),
        ({"sub": "a" * 65}, "sub"),
        ({"email": "anna"}, "email: expected an e-mail address, came something else"),
        ({"email": "a@example.com,b@example.com"}, "email"),
        ({"custom:store_id": ["store-001"]}, "custom:store_id: expected a text, came list"),
        ({"custom:store_id": ",".join(f"s{n}" for n in range(101))}, "at most 100"),
    ],
)
def test_claims_that_are_no_persons_are_refused(changes: dict[str, Any], named: str) -> None:
    """The error names the claim, and never repeats it."""
    with pytest.raises(ClaimsError, match=re.escape(named)) as refused:
        viewer_of(claims(**changes))
    assert "admin" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("", "1 to 200 characters"),
        ("N" * 201, "shorten it"),
        (" North", "no space at either end"),
        ("North,South", "no comma"),
        ("*", "no asterisk"),
        ("Łódź", "U+0141, U+017A; rename it"),
        ("Su\u0308d", "U+0308; write each letter with its accent as one character"),
        ("North\u00a0West", "U+00A0"),
        ("North\nWest", "U+000A"),
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(name: str, cure: str) -> None:
    """Quick Sight reads a comma in a rule as two names: the region "North,South" would see both."""
    with pytest.raises(ScopeNameError, match=re.escape(cure)):
        Scope("region", name)


@pytest.mark.parametrize(
    ("kind", "name"), [("store", "chain"), ("store", "region:North"), ("region", "no region"), ("chain", "North")]
)
def test_a_name_that_stands_for_others_rows_is_refused(kind: Any, name: str) -> None:
    """`scope` and `region` of a row have words of their own for the chain, a region, and what nobody described."""
    with pytest.raises(ScopeNameError, match="expected"):
        Scope(kind, name)


def test_words_of_the_rows_are_those_of_the_data_sets() -> None:
    """The same words as in the SQL of the data sets."""
    assert sql.NO_REGION == NO_REGION
    assert str(CHAIN) == sql.CHAIN
    assert str(Scope("region", "North")) == sql.REGION_SCOPE + "North"


@given(st.lists(st.tuples(st.sampled_from(["region", "store"]), NAMES), min_size=2, max_size=6))
def test_no_two_scopes_share_a_group_or_a_tag(written: list[tuple[Any, str]]) -> None:
    """Whatever names a chain gives: the name is refused, or its group is its own and fits Quick Sight's API."""
    group_name = re.compile(pattern_of("GroupName"))
    scopes = {CHAIN}
    for kind, name in written:
        try:
            scopes.add(Scope(kind, name))
        except ScopeNameError:
            continue
    assert len({scope.group for scope in scopes}) == len({scope.tag for scope in scopes}) == len(scopes)
    assert all(group_name.fullmatch(scope.group) for scope in scopes)


def test_groups_are_written_as_the_view_writes_them() -> None:
    """The rules of `viewer_scope` give each scope's group its rows and no other; names stand as they are."""
    stores = {"store-001": "Süd West", "store-002": "Süd West", "store-003": "North & East"}
    lake = duckdb.connect()
    lake.execute("CREATE TABLE store_v1 (store_id VARCHAR, region VARCHAR)")
    lake.executemany("INSERT INTO store_v1 VALUES (?, ?)", list(stores.items()))
    seen: dict[str, set[str]] = {}
    for group, scope in lake.execute((VIEWS / "viewer_scope.sql").read_text(encoding="utf-8")).fetchall():
        seen.setdefault(group, set()).add(scope)
    regions = {str(Scope("region", region)) for region in stores.values()}
    expected = {CHAIN: {*stores, *regions, "chain"}}
    for store, region in stores.items():
        expected[Scope("store", store)] = {store}
        expected.setdefault(Scope("region", region), {f"region:{region}"}).add(store)
    assert seen == {scope.group: scopes for scope, scopes in expected.items()}


def test_controls_are_those_of_the_dashboards() -> None:
    """What can be opened with is a parameter of some dashboard, by the name that it has in Quick Sight."""
    assert COMPARISONS == model.COMPARISONS
    names = {name for dashboard in DASHBOARDS for name in controls.parameters_of(dashboard)}
    assert set(PARAMETERS.values()) == names - {controls.CAMERA}
    assert {name: PARAMETERS[name] for name in ("region", "store", "period", "compare_with", "period_kind")} == {
        "region": controls.REGION,
        "store": controls.STORE,
        "period": controls.PERIOD,
        "compare_with": controls.COMPARE_WITH,
        "period_kind": controls.PERIOD_KIND,
    }


def test_dashboards_are_shared_with_the_group_that_readers_join() -> None:
    """The same name on both sides, or nobody could open one."""
    assert read_settings(GOOD).viewers_group == READERS_GROUP


def test_tags_are_those_that_the_data_sets_take() -> None:
    """A key that they do not know would leave a report empty; a list, or another word for all, would leave it whole."""
    account = Account(account_id="111122223333", region="eu-central-1", workgroup="w", database="d")
    rules = data_sets._security(account)["RowLevelPermissionTagConfiguration"]
    assert rules["Status"] == "ENABLED"
    assert {rule["TagKey"]: rule for rule in rules["TagRules"]} == {
        SCOPE_TAG: {"TagKey": SCOPE_TAG, "ColumnName": "scope", "MatchAllValue": EVERYTHING},
        REGION_TAG: {"TagKey": REGION_TAG, "ColumnName": "region"},
    }
    assert rules["TagRuleConfigurations"] == [[SCOPE_TAG], [REGION_TAG]]


def test_an_opening_is_read() -> None:
    """Null leaves a control as it is."""
    assert opening_of({"store": "s", "period": None}) == Opening(store="s")


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("store", "send {} for none"),
        ({"stores": "x"}, "did you mean store?"),
        ({"store": ["store-001", "store-002"]}, "store: expected one text, came list"),
        ({"period": "2026-11&p.store=x"}, "period: expected an id"),
        ({"compare_with": "last week"}, "year before or period before"),
    ],
)
def test_an_opening_that_no_dashboard_knows_is_refused(written: Any, cure: str) -> None:
    """Two values at once, or a value that holds another parameter, are no value."""
    with pytest.raises(OpeningError, match=re.escape(cure)):
        opening_of(written)


GOOD = {
    "DASHBOARDS_ACCOUNT_ID": "111122223333",
    "DASHBOARDS_IDENTITY_REGION": "us-east-1",
    "DASHBOARDS_ROLE_ARN": "arn:aws:iam::111122223333:role/reader",
    "DASHBOARDS_IDS": "queues=store-traffic-queues, seasons=store-traffic-seasons",
    "DASHBOARDS_DOMAINS": "https://app.example.com,https://*.example.com:8443",
}


def test_settings_are_read() -> None:
    """Names, lists and defaults."""
    settings = read_settings(GOOD)
    assert settings.dashboards == {"queues": "store-traffic-queues", "seasons": "store-traffic-seasons"}
    assert settings.domains == ("https://app.example.com", "https://*.example.com:8443")
    assert (settings.session_minutes, settings.namespace) == (60, "default")


def test_every_problem_is_told_at_once() -> None:
    """The function does not start with half of what it needs."""
    with pytest.raises(SettingsError) as refused:
        read_settings({"DASHBOARDS_IDS": "queues", "DASHBOARDS_SESSION_MINUTES": "14"})
    named = ("ACCOUNT_ID", "IDENTITY_REGION", "ROLE_ARN", "IDS", "DOMAINS", "SESSION_MINUTES")
    assert all(f"DASHBOARDS_{name}" in str(refused.value) for name in named)


@pytest.mark.parametrize(
    "domain",
    [
        "http://app.example.com",
        "https://app.example.com/path",
        "https://user@app.example.com",
        "https://*",
        "https://*.com",
        "https://a.*.example.com",
        "app.example.com",
        "https://app.example.com:port",
        "http://localhost:5173",
    ],
)
def test_only_safe_addresses_may_show_a_dashboard(domain: str) -> None:
    """In the clear, everywhere, or with a path: none of these is an origin of ours."""
    with pytest.raises(SettingsError, match="DOMAINS"):
        read_settings({**GOOD, "DASHBOARDS_DOMAINS": domain})


def test_the_local_stage_may_show_it_on_this_machine() -> None:
    """In the clear on localhost, in the stage `local` only, and nowhere else in the clear."""
    local = {**GOOD, "DASHBOARDS_STAGE": "local"}
    assert read_settings({**local, "DASHBOARDS_DOMAINS": "http://localhost:5173"}).domains
    with pytest.raises(SettingsError):
        read_settings({**local, "DASHBOARDS_DOMAINS": "http://app.example.com"})


@pytest.mark.parametrize("minutes", ["14", "601", "x", "-20", "٢٠"])
def test_a_session_lasts_as_long_as_quick_sight_allows(minutes: str) -> None:
    """15 minutes to 10 hours."""
    with pytest.raises(SettingsError, match="SESSION_MINUTES"):
        read_settings({**GOOD, "DASHBOARDS_SESSION_MINUTES": minutes})


def test_every_setting_is_documented() -> None:
    """docs/dashboards-access.md names each variable, role and claim that is read."""
    page = (Path(__file__).parents[3] / "docs" / "dashboards-access.md").read_text(encoding="utf-8")
    settings = {field.name for field in (*fields(Settings), *fields(WeeklySettings))} - {"dashboards"}
    for name in (*(name.upper() for name in settings), "IDS", "STAGE", *ROLE_SCOPES, STORE_CLAIM, REGION_CLAIM):
        assert re.search(rf"`{re.escape(name)}[`=]", page), f"{name}: name it in docs/dashboards-access.md"
