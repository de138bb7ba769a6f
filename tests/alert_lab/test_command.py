"""`python -m alert_lab` from recorded events to a page: over a lake with DynamoDB, and over a file."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from alert_lab.__main__ import main
from alert_lab.recorded import read_day
from contracts.alerts import Verdict, plain
from contracts.rules import read_book
from contracts.tables import EVENT, VISIT
from glue.business_day import BusinessDay
from glue.schemas import arrow_schema_of
from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.items import attributes
from lambdas.alert_store.rules import RuleStore
from tests.alert_lab.conftest import Cloud
from tests.alert_lab.days import MINUTE_MS, START_MS, STORE, lane_events, rule, snapshot, zone
from tests.glue.conftest import append
from tests.lambdas.conftest import make_alert

DAY = dt.datetime.fromtimestamp(START_MS / 1000, dt.UTC).date()
RULES = [rule(), rule(rule_id="spill", metric="hazard.spill", on_level=0.5, off_level=0.5)]


def event_rows(events: list[dict[str, Any]], *, store_id: str = STORE, is_late: bool = False) -> list[dict[str, Any]]:
    """Return events as rows of `event_v1`."""
    return [
        {
            "event_id": f"{store_id}-{is_late}-{number}",
            "kind": event["kind"],
            "store_id": store_id,
            "device_id": f"{store_id}-device",
            "boot_id": "boot",
            "seq": number,
            "event_time": _instant(event["event_time_ms"]),
            "arrival_time": _instant(event["event_time_ms"]),
            "shard_id": "shard",
            "sequence_number": f"{number:056d}",
            "is_late": is_late,
            event["kind"]: event[event["kind"]],
        }
        for number, event in enumerate(events)
    ]


def _instant(time_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC)


def spill(minute: float) -> dict[str, Any]:
    """Return the event of a spill."""
    box = {"x": 0.1, "y": 0.1, "w": 0.1, "h": 0.1}
    hazard = {"hazard_id": "h", "camera_id": "c", "zone_id": "z", "label": "spill", "confidence": 0.8, "box": box}
    return {"kind": "hazard", "event_time_ms": START_MS + round(minute * MINUTE_MS), "hazard": hazard}


def store_day() -> list[dict[str, Any]]:
    """Return 20 minutes with two queues of 4 minutes, waits over the target in the first, and a spill."""
    lengths = [0.0] * 12 + [6.0] * 24 + [0.0] * 24 + [6.0] * 24 + [0.0] * 36
    waits = [200.0 if 12 <= number < 36 else 0.0 for number in range(len(lengths))]
    return [*lane_events(lengths, waits), spill(4)]


def put_day(cloud: Cloud) -> None:
    """Write the store's day to the lake, with late events and another store's that must not count."""
    crowd = [snapshot(START_MS, [zone("queue-lane-1", "queue", "lane-1", count=99, person_ms=99_000_000)])]
    rows = event_rows(store_day()) + event_rows(crowd, is_late=True) + event_rows(crowd, store_id="store-2")
    for table in (EVENT, VISIT):
        cloud.lake.apply(table)
    append(cloud.lake.table(EVENT), pa.Table.from_pylist(rows, schema=arrow_schema_of(EVENT)))


def judge(cloud: Cloud, span: dict[str, Any], verdict: Verdict) -> None:
    """Write the alert of a span as the job does, and a person's verdict on it."""
    names = ("store_id", "alert_id", "rule_id", "place_kind", "place_id", "started_ms", "raised_ms", "ended_ms")
    alert = make_alert(**{name: span[name] for name in names}, state="resolved")
    cloud.dynamodb.put_item(TableName=f"{cloud.prefix}alerts", Item=attributes(plain(alert)))
    actions = ActionStore(cloud.dynamodb, table_prefix=cloud.prefix)
    actions.act(STORE, alert.alert_id, "verdict", person_id="person-1", now_ms=alert.ended_ms + 1, verdict=verdict)


def lab(cloud: Cloud, out: Path, *more: str) -> dict[str, Any]:
    """Run the command on the store's day; returns the JSON that it wrote."""
    named = ("--store", STORE, "--day", DAY.isoformat(), "--out", str(out))
    assert main([*cloud.arguments, *named, *more]) == 0
    found: dict[str, Any] = json.loads((out / "alert-lab.json").read_text(encoding="utf-8"))
    return found


def written(path: Path, *rules: dict[str, Any]) -> Path:
    """Write rules as TOML; returns the path."""
    lines = []
    for each in rules:
        lines += ["[[rules]]", *(f"{name} = {json.dumps(value)}" for name, value in each.items()), ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_rules_of_the_table_and_of_files_over_the_lake(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules that hold now beside a stricter file: alerts, minutes, misses and verdicts, on screen and as JSON."""
    put_day(cloud)
    RuleStore(cloud.dynamodb, table_prefix=cloud.prefix).seed(
        read_book({"rules": RULES}), saved_by="person-1", now_ms=START_MS
    )
    for number, span in enumerate(lab(cloud, tmp_path / "first", "--no-grid")["candidates"][0]["alerts"]):
        judge(cloud, span, "true" if number == 0 else "false")
    strict = written(tmp_path / "strict.toml", rule(minimum_seconds=300), RULES[1])
    found = lab(cloud, tmp_path / "second", "--rules", str(strict))
    now, candidate = found["candidates"]
    assert (now["name"], candidate["name"]) == ("now", "strict")
    queue = {each["rule_id"]: each for each in now["rules"]}["long-queue"]
    assert (queue["alerts"], queue["alert_minutes"]) == (2, pytest.approx(8))
    assert (queue["over_target_minutes"], queue["missed_minutes"]) == (4, 0)
    assert (queue["judged"], queue["true"]) == (2, 1)
    assert {each["rule_id"]: each["alerts"] for each in candidate["rules"]} == {"long-queue": 0, "spill": 1}
    assert candidate["missed_minutes"] == 4
    assert [grid["rule_id"] for grid in found["grids"]] == ["long-queue", "spill"]
    assert all(grid["suggested"] is None for grid in found["grids"])
    assert (found["stores"], found["days"]) == ([STORE], [DAY.isoformat()])
    shown = capsys.readouterr().out
    assert "“strict” raises 1 alert a day instead of 3" in shown
    assert "Too few verdicts" in shown
    page = (tmp_path / "second" / "alert-lab.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 1
    assert "4 of 4" in page


def test_dwell_times_come_from_visits(cloud: Cloud) -> None:
    """Visits of the lake become signals of the minute of the event that made them; staff's and short ones do not."""
    put_day(cloud)
    base = {
        "store_id": STORE, "zone_id": "aisle-1", "zone_kind": "aisle", "lane_id": None, "camera_id": "c",
        "track_id": "t", "entered_time": _instant(START_MS), "left_time": _instant(START_MS + 40_000),
        "dwell_seconds": 40.0, "is_pass_through": False, "is_staff": False, "end": "exit", "merged_into": None,
        "event_id": f"{STORE}-False-3", "revision": 0,
    }  # fmt: skip
    rows = [
        base | {"visit_id": "a"},
        base | {"visit_id": "b", "is_staff": True},
        base | {"visit_id": "c", "event_id": "x"},
    ]
    append(cloud.lake.table(VISIT), pa.Table.from_pylist(rows, schema=arrow_schema_of(VISIT)))
    recorded = read_day(cloud.lake, STORE, BusinessDay(DAY, ZoneInfo("UTC")))
    visits = [signal for signal in recorded.signals if signal.kind == "visits"]
    assert [(signal.time_ms, json.loads(signal.body)) for signal in visits] == [
        (START_MS + MINUTE_MS, [["aisle-1", 40_000, 1]])
    ]
    without = read_day(cloud.lake, STORE, BusinessDay(DAY, ZoneInfo("UTC")), with_visits=False)
    assert [signal for signal in without.signals if signal.kind == "visits"] == []


def test_a_file_of_events_needs_nothing_else(tmp_path: Path) -> None:
    """A simulator's file and a rule file are enough: the whole file is one day."""
    events = tmp_path / "events.jsonl.gz"
    with gzip.open(events, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"store_id": STORE, **event}) + "\n" for event in store_day())
    rules = written(tmp_path / "mine.toml", *RULES)
    named = ["--events", str(events), "--store", STORE, "--rules", str(rules), "--out", str(tmp_path)]
    assert main(named) == 0
    found = json.loads((tmp_path / "alert-lab.json").read_text(encoding="utf-8"))
    assert [candidate["name"] for candidate in found["candidates"]] == ["mine"]
    assert {each["rule_id"]: each["alerts"] for each in found["candidates"][0]["rules"]} == {
        "long-queue": 2,
        "spill": 1,
    }
    assert main([*named, "--day", (DAY + dt.timedelta(days=3)).isoformat()]) == 1


def test_a_lake_without_events_of_the_day_says_so(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing recorded is an exit code of 1 and a cure, not an empty page."""
    put_day(cloud)
    rules = written(tmp_path / "mine.toml", *RULES)
    later = (DAY + dt.timedelta(days=9)).isoformat()
    arguments = [
        *cloud.arguments,
        "--store",
        STORE,
        "--day",
        later,
        "--rules",
        str(rules),
        "--out",
        str(tmp_path / "o"),
    ]
    assert main(arguments) == 1
    assert "name other days or stores" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_a_lake_without_tables_says_how_to_make_them(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    """The cure is named."""
    RuleStore(cloud.dynamodb, table_prefix=cloud.prefix).seed(
        read_book({"rules": RULES}), saved_by="person-1", now_ms=START_MS
    )
    assert main([*cloud.arguments, "--store", STORE, "--day", DAY.isoformat()]) == 2
    assert "python -m glue apply" in capsys.readouterr().err


WRONG = [
    (["--store", "s"], "expected --warehouse and --day, or --events, came neither"),
    (["--store", "s", "--events", "nowhere.gz", "--rules", "{rules}"], "expected files, a lake and tables"),
    (["--store", "s", "--events", "nowhere.gz", "--rules", "nowhere.toml"], "nowhere.toml"),
    (["--store", "s", "--events", "nowhere.gz"], "expected rules of the store or --rules, came none"),
    (["--store", "s", "--events", "nowhere.gz", "--rules", "{broken}"], "expected TOML"),
    (["--store", "s", "--events", "nowhere.gz", "--rules", "{unknown}"], "expected one of queue_length"),
    (["--store", "other", "--events", "{events}", "--rules", "{rules}"], "expected events of store other, came none"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """One message with the cure, and exit code 2."""
    broken = tmp_path / "broken.toml"
    broken.write_text("[[rules\n", encoding="utf-8")
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps({"store_id": STORE, **spill(1)}) + "\n", encoding="utf-8")
    named = {
        "rules": written(tmp_path / "rules.toml", *RULES),
        "unknown": written(tmp_path / "unknown.toml", rule(metric="mood")),
        "broken": broken,
        "events": events,
    }
    assert main([each.format(**named) for each in arguments]) == 2
    assert message in capsys.readouterr().err


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows commands that can be copied."""
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    assert "python -m alert_lab --warehouse" in capsys.readouterr().out
