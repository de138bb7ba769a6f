"""The command line on rules and alerts: what it prints, what it changes, and how it refuses."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from contracts.alerts import ActionRefusedError, Alert
from contracts.rules import TAKES_EFFECT_MS
from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.items import values_of
from lambdas.alert_store.rules import RuleStore
from lambdas.alerts_command.__main__ import main
from lambdas.alerts_command.parser import parser
from lambdas.alerts_command.rule_file import read_rule_file, seed_names
from lambdas.alerts_command.tools import CommandError, Tools
from local.stack import Stack
from tests.lambdas.conftest import NOW_MS, make_alert

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Command = Callable[..., str]
PutAlert = Callable[[Alert], None]
LATER_MS = NOW_MS + TAKES_EFFECT_MS
ALERT = make_alert()
SHORT_ID = ALERT.alert_id.partition("-")[2][:8]

RULES = """\
[[rules]]
rule_id = "long"
metric = "queue_length"
on_level = 5
off_level = 3
minimum_seconds = 90
severity = "high"
roles = ["shift_lead"]
escalate_after_minutes = 10
escalation_roles = ["region"]

[stores.store-1]
time_zone = "Europe/Berlin"

[[stores.store-1.rules]]
rule_id = "crowd"
metric = "occupancy"
on_level = 12
roles = ["shift_lead"]
zone_kinds = ["aisle"]
is_enabled = false

[stores.store-2]

[[people]]
person_id = "person-1"
roles = ["shift_lead"]
channels = [{ kind = "email", address = "person-1@example.com" }]
"""


@pytest.fixture
def rule_file(tmp_path: Path) -> str:
    """The path of a rule file with rules, stores and a person."""
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return str(path)


@pytest.fixture
def command(dynamodb: DynamoDBClient, prefix: str) -> Command:
    """Runs a verb as person-1 at an instant, and returns what it prints."""

    def run(*arguments: str, now_ms: int = NOW_MS, width: int = 200) -> str:
        printed = io.StringIO()
        options = parser({"ALERTS_PERSON": "person-1"}).parse_args(arguments)
        console = Console(file=printed, width=width)
        options.run(options, Tools(client=lambda: dynamodb, console=console, now_ms=now_ms, table_prefix=prefix))
        return printed.getvalue()

    return run


def test_a_seed_saves_rules_stores_and_people_once(
    command: Command, rule_file: str, dynamodb: DynamoDBClient, prefix: str
) -> None:
    """A second run changes nothing, and says so."""
    first = command("rules", "seed", rule_file)
    assert "4 versions saved; they hold in 20 s." in first
    assert "1 recipient written." in first
    again = command("rules", "seed", rule_file)
    assert "nothing saved" in again
    assert "1 recipient there already, left alone" in again
    items = dynamodb.scan(TableName=f"{prefix}recipients")["Items"]
    (person,) = [values_of(item) for item in items]
    assert (person["store_id"], person["person_id"], person["roles"]) == ("*", "person-1", "shift_lead")
    assert {version.saved_by for version in RuleStore(dynamodb, table_prefix=prefix).changes(0)} == {"person-1"}


def test_a_person_who_is_there_is_replaced_on_demand_only(
    command: Command, tmp_path: Path, dynamodb: DynamoDBClient, prefix: str
) -> None:
    """What somebody set in the app is not undone by a file that comes again."""
    path = tmp_path / "people.toml"
    for address in ("old@example.com", "new@example.com"):
        person = f'person_id = "person-1"\nroles = ["x"]\nchannels = [{{ kind = "email", address = "{address}" }}]\n'
        path.write_text(f"[[people]]\n{person}", encoding="utf-8")
        command("rules", "seed", str(path))
    key = {"store_id": {"S": "*"}, "person_id": {"S": "person-1"}}
    assert "old@example.com" in dynamodb.get_item(TableName=f"{prefix}recipients", Key=key)["Item"]["body"]["S"]
    assert "1 recipient written." in command("rules", "seed", str(path), "--replace-people")
    assert "new@example.com" in dynamodb.get_item(TableName=f"{prefix}recipients", Key=key)["Item"]["body"]["S"]


def test_a_seed_for_one_store_leaves_the_chain_alone(
    command: Command, rule_file: str, dynamodb: DynamoDBClient, prefix: str
) -> None:
    """The chain's rules and people of the file become the store's own; other stores of the file are left out."""
    command("rules", "seed", rule_file, "--store", "store-1")
    people = [values_of(item) for item in dynamodb.scan(TableName=f"{prefix}recipients")["Items"]]
    assert [(person["store_id"], person["person_id"]) for person in people] == [("store-1", "person-1")]
    store = RuleStore(dynamodb, table_prefix=prefix)
    assert [version.rule_id for version in store.versions("store-1")] == ["crowd", "long", "~store"]
    assert store.versions("*") == []
    assert store.versions("store-2") == []


def test_what_holds_and_what_will_is_shown(command: Command, rule_file: str) -> None:
    """A rule that was saved a moment ago does not hold yet: who looks sees why nothing happens."""
    command("rules", "seed", rule_file)
    now = command("rules", "show", "--store", "store-1")
    assert "No rules hold for store store-1: nothing raises an alert." in now
    assert "From 2026-09-21 14:13:40 on long of the whole chain holds as version 1." in now
    later = command("rules", "show", "--store", "store-1", now_ms=LATER_MS)
    assert later.startswith("2 rules hold for store store-1, 1 of them its own.\nEurope/Berlin, no opening hours")
    lines = {line.split()[0]: line for line in later.splitlines() if line[:1].isalpha()}
    assert "queue_length ≥ 5 people for 1:30, until ≤ 3" in lines["long"]
    assert "shift_lead; after 10 min region" in lines["long"]
    assert all(word in lines["long"] for word in ("chain", "high", "everywhere", "while open"))
    assert all(word in lines["crowd"] for word in ("store", "off; occupancy ≥ 12 people", "aisle zones"))
    assert "From " not in later


def test_the_chains_own_rules_are_shown_by_its_sign(command: Command, rule_file: str) -> None:
    """Without those that stores have in their place."""
    command("rules", "seed", rule_file)
    printed = command("rules", "show", "--store", "*", now_ms=LATER_MS)
    assert printed.startswith("1 rule holds for the whole chain.\nUTC, no opening hours")
    assert printed.endswith("Next: alerts rules history --store '*' --rule long\n")


def test_a_rules_history_says_who_changed_what(command: Command, rule_file: str) -> None:
    """Field by field, with the values before and after."""
    command("rules", "seed", rule_file)
    path = Path(rule_file)
    path.write_text(RULES.replace("on_level = 5", "on_level = 7").replace('"region"', '"security"'), encoding="utf-8")
    command("rules", "seed", rule_file, "--person", "person-2", now_ms=NOW_MS + 60_000)
    shown = command("rules", "history", "--store", "*", "--rule", "long").splitlines()
    assert shown[0] == "2 versions of long, times in UTC"
    assert shown[2].split()[0] == "1"
    assert shown[2].rstrip().endswith("new")
    assert "2026-09-21 14:14:20  person-2" in shown[3]
    assert shown[3].rstrip().endswith('escalation_roles ["region"] → ["security"], on_level 5 → 7')


def test_a_rule_that_nobody_saved_has_no_history(command: Command) -> None:
    """It says where the ids are."""
    with pytest.raises(CommandError, match=r"rule lng: expected one that was saved for store store-1, came none"):
        command("rules", "history", "--store", "store-1", "--rule", "lng")


def test_alerts_are_listed_with_the_newest_first(command: Command, put_alert: PutAlert) -> None:
    """First the answer, then a line for each; times are the store's."""
    hazard = make_alert(
        alert_id=f"{NOW_MS}-feed000011112222", started_ms=NOW_MS, metric="hazard.person_lying", severity="high",
        state="needs_review", place_id="aisle-3", value=0.82,
    )  # fmt: skip
    over = make_alert(alert_id=f"{NOW_MS - 90_000:013d}-beef", started_ms=NOW_MS - 90_000, ended_ms=NOW_MS,
                      state="resolved", title="Too [bold]long[/bold]\x1b[31m")  # fmt: skip
    for alert in (ALERT, hazard, over):
        put_alert(alert)
    printed = command("list", "--store", "store-1", now_ms=NOW_MS + 10_000)
    lines = printed.splitlines()
    assert lines[0] == "3 alerts of store store-1 in the last 24 h, 2 open, 1 to review."
    assert [line.split()[-1] for line in lines[2:5]] == ["feed0000", SHORT_ID, "beef"]
    assert all(word in lines[2] for word in ("person lying", "aisle-3", "high", "needs review", "0.82", "0:10"))
    assert all(word in lines[3] for word in ("2026-09-21 14:12:20", "queue length", "lane-1", "6 people", "1:10"))
    assert "Too [bold]long[/bold] [31m" in lines[4]
    assert "1:30" in lines[4]
    assert "\x1b" not in printed
    assert lines[-1] == "Next: alerts show --store store-1 feed0000"


def test_only_open_ones_are_listed_on_demand(command: Command, put_alert: PutAlert) -> None:
    """What was acknowledged is still open; what was found to be nothing is not."""
    other = make_alert(alert_id=f"{NOW_MS}-feed", started_ms=NOW_MS)
    put_alert(ALERT)
    put_alert(other)
    command("acknowledge", "--store", "store-1", SHORT_ID)
    command("verdict", "--store", "store-1", "feed", "duplicate")
    printed = command("list", "--store", "store-1", "--open")
    assert printed.startswith("1 open alert of store store-1 in the last 24 h.")
    assert "acknowledged by person-1" in printed
    limited = command("list", "--store", "store-1", "--limit", "1")
    assert "1 older ones are left out" in limited
    assert SHORT_ID not in limited


def test_a_store_without_alerts_says_what_would_raise_one(command: Command) -> None:
    """Empty is an answer."""
    printed = command("list", "--store", "store-9", "--hours", "2")
    assert printed.startswith("No alerts of store store-9 in the last 2 h.\nNext: alerts rules show --store store-9")


def test_people_act_by_the_short_id(
    command: Command, put_alert: PutAlert, dynamodb: DynamoDBClient, prefix: str
) -> None:
    """Acknowledge, comment, judge; `show` tells it all in order."""
    put_alert(ALERT)
    taken = command("acknowledge", "--store", "store-1", SHORT_ID, "--comment", "on my way")
    assert taken == "Noted. queue length at lane-1 is acknowledged by person-1.\n"
    command("comment", "--store", "store-1", ALERT.alert_id, "Lane", "4", "is", "open")
    done = command("verdict", "--store", "store-1", SHORT_ID, "true", "--person", "person-2")
    assert "is acknowledged by person-1" in done
    actions = ActionStore(dynamodb, table_prefix=prefix).case("store-1", ALERT.alert_id).actions
    assert [(each.action, each.person_id, each.comment) for each in actions] == [
        ("acknowledge", "person-1", "on my way"),
        ("comment", "person-1", "Lane 4 is open"),
        ("verdict", "person-2", None),
    ]
    shown = command("show", "--store", "store-1", SHORT_ID)
    assert shown.startswith("queue length at lane-1: acknowledged\n")
    assert ALERT.alert_id in shown
    assert "person-1 on my way" in shown
    assert "person-2 true" in shown
    with pytest.raises(ActionRefusedError, match="person-1 acknowledged already"):
        command("acknowledge", "--store", "store-1", SHORT_ID, "--person", "person-3")


def test_letters_that_name_no_alert_or_several_are_refused(command: Command, put_alert: PutAlert) -> None:
    """Nobody judges an alert by accident."""
    for number in (1, 2):
        put_alert(make_alert(alert_id=f"{NOW_MS + number}-abc{number}", started_ms=NOW_MS + number))
    with pytest.raises(CommandError, match=r"came 2: .*-abc2, .*-abc1; `alerts list"):
        command("acknowledge", "--store", "store-1", "abc")
    with pytest.raises(CommandError, match="came none;"):
        command("acknowledge", "--store", "store-1", "fff")


def test_a_rule_file_tells_every_mistake(tmp_path: Path) -> None:
    """Of rules, stores and people, in one message; an address is not repeated."""
    path = tmp_path / "bad.toml"
    text = RULES.replace("on_level = 5", "on_level = -1").replace("Europe/Berlin", "Mars")
    path.write_text(text.replace("person-1@example.com", "nobody at home"), encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        read_rule_file(str(path))
    message = str(refused.value)
    assert message.startswith(f"{path} cannot be used:\n- ")
    assert message.count("\n- ") == 3
    for said in ("rule long: on_level", "store store-1: store: time_zone", "channels[0].address: expected an e-mail"):
        assert said in message
    assert "nobody at home" not in message


def test_a_person_twice_is_refused(tmp_path: Path) -> None:
    """The second would vanish under the first."""
    path = tmp_path / "twice.toml"
    path.write_text(RULES + RULES[RULES.index("[[people]]") :], encoding="utf-8")
    with pytest.raises(CommandError, match=r"person person-1: expected once for store \*, came 2; remove one"):
        read_rule_file(str(path))


@pytest.mark.parametrize("name", seed_names())
def test_every_seed_that_comes_along_can_be_used(name: str) -> None:
    """By its name, wherever one stands."""
    assert read_rule_file(name).book.rules["*"]


def test_a_role_of_nobody_is_named(command: Command, rule_file: str) -> None:
    """A rule that tells nobody looks as if it worked."""
    printed = command("rules", "check", rule_file)
    assert "can be used: 2 rules, 2 stores, 1 recipient." in printed
    assert "Nobody of the file has the role region" in printed


@pytest.fixture
def here(doubles: Stack, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the local tables."""
    for name, value in {**doubles.environment, "ALERTS_TABLE_PREFIX": prefix}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["rules", "check", "no-such-file.toml"], "no-such-file.toml: expected a file that can be read or one of the"),
        (["rules", "check", __file__], "expected TOML, came:"),
        (["show", "--store", "store-1", "1-abc"], "expected an alert of store store-1, came 1-abc"),
    ],
)
def test_what_cannot_be_done_ends_with_one_message(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """On the error stream, with exit code 2 and without a stack of calls."""
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert printed.out == ""


@pytest.mark.usefixtures("here")
def test_the_command_finds_its_tables_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And where the tables are missing it says what makes them."""
    assert main(["rules", "seed", "supermarket", "--person", "person-1"]) == 0
    assert "10 versions saved" in capsys.readouterr().out
    monkeypatch.setenv("ALERTS_TABLE_PREFIX", "missing-")
    assert main(["rules", "show", "--store", "store-1"]) == 2
    assert "`python -m glue apply` makes the tables" in capsys.readouterr().err


def test_who_acts_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No act and no version is anonymous."""
    monkeypatch.delenv("ALERTS_PERSON", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["acknowledge", "--store", "store-1", "abc"])
    assert ended.value.code == 2
    assert "--person" in capsys.readouterr().err


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    """Every verb has an example, and every variable is named."""
    with pytest.raises(SystemExit):
        main(["--help"])
    printed = capsys.readouterr().out
    for verb in ("rules check", "rules seed", "rules show", "rules history", "list", "show", "acknowledge", "verdict"):
        assert f"  alerts {verb} " in printed
    assert all(name in printed for name in ("ALERTS_PERSON", "ALERTS_TABLE_PREFIX", "AWS_ENDPOINT_URL_DYNAMODB"))
