"""The contracts: what an event may be, how it may grow, and that every rendering is fresh."""

from __future__ import annotations

import copy
import json
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts import rejections
from contracts.compat import breaking_changes
from contracts.events import COMPRESSED_FROM_BYTES, KINDS, Crossing, Event, Snapshot, ZoneSnapshot
from contracts.render.__main__ import stale
from contracts.render.json_schema import event_schema
from contracts.tables import LAKE_TABLES, LIVE_TABLES, TABLES

SAMPLES = Path(__file__).parent / "samples"
RELEASED = Path(__file__).parents[2] / "contracts/released/inference.v1.schema.json"
# The schema cannot say that the event id is made of three other fields; the decoder alone checks it.
BEYOND_JSON_SCHEMA = {"wrong_event_id"}


def samples(verdict: str) -> list[Any]:
    """Return the sample files of one verdict, named by kind and file."""
    paths = sorted(SAMPLES.glob(f"*/{verdict}/*.json"))
    return [pytest.param(path, id=f"{path.parent.parent.name}-{path.stem}") for path in paths]


def test_every_kind_has_samples() -> None:
    """Every kind is shown by events that pass and events that fail."""
    for kind in KINDS:
        assert list((SAMPLES / kind / "pass").glob("*.json")), kind
        assert list((SAMPLES / kind / "fail").glob("*.json")), kind


@pytest.mark.parametrize("path", samples("pass"))
def test_good_samples_pass(path: Path) -> None:
    """A good sample satisfies the JSON Schema; the decoder's test reads the same files."""
    jsonschema.Draft202012Validator(event_schema()).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", [*samples("fail"), *samples("partial")])
def test_bad_samples_fail(path: Path) -> None:
    """A bad sample is named after its reason and breaks the JSON Schema."""
    assert path.stem in rejections.DECODER_REASONS
    is_valid = jsonschema.Draft202012Validator(event_schema()).is_valid(json.loads(path.read_text()))
    assert is_valid is (path.stem in BEYOND_JSON_SCHEMA)


def test_written_events_are_good() -> None:
    """What `Event.to_json` writes satisfies the schema, and absent optional fields are left out."""
    zone = ZoneSnapshot(
        zone_id="a", zone_kind="aisle", camera_id="c", count=0, count_max=0, person_ms=0, entered=0, left=0,
        longest_stay_ms=0, staff_person_ms=0,
    )  # fmt: skip
    for payload in (
        Snapshot(interval_ms=5000, zones=(zone,)),
        Crossing(line_id="l", direction="in", track_id="t", is_staff=False),
    ):
        event = Event(store_id="s", device_id="d", boot_id="b", seq=3, event_time_ms=1_790_000_000_000, payload=payload)
        written = json.loads(event.to_json())
        jsonschema.Draft202012Validator(event_schema()).validate(written)
        assert written["event_id"] == "d/b/3"
        assert "lane_id" not in json.dumps(written)


def test_released_contract_is_kept() -> None:
    """The contract differs from the released one by added optional fields only."""
    assert list(breaking_changes(json.loads(RELEASED.read_text()), event_schema())) == []


def test_added_optional_field_is_allowed() -> None:
    """An optional field and a new description break nobody."""
    grown = copy.deepcopy(event_schema())
    grown["properties"]["visit"]["properties"]["party_size"] = {"type": ["integer", "null"]}
    grown["properties"]["visit"]["description"] = "Otherwise said"
    assert list(breaking_changes(event_schema(), grown)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("properties", "visit", "required"), ["zone_id"]),
        (("properties", "visit", "properties", "end", "enum"), ["left", "lost", "day_end", "flew"]),
        (("properties", "visit", "properties", "left_ms", "type"), "string"),
        (("properties", "visit", "properties", "left_ms", "maximum"), 1),
        (("properties", "visit", "properties"), {}),
    ],
)
def test_other_changes_are_breaking(path: tuple[str, ...], value: object) -> None:
    """Anything but an added optional field is a new version."""
    changed = copy.deepcopy(event_schema())
    holder: Any = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    assert list(breaking_changes(event_schema(), changed))


def test_renderings_are_fresh() -> None:
    """Every committed rendering is what contracts/ renders; `make gen` writes them."""
    assert stale() == []


def test_reasons_are_those_of_the_decoder() -> None:
    """The decoder in the jar knows the same reasons, in the same order of weight."""
    source = (RELEASED.parents[2] / "flink_jobs/java/src/main/java/storetraffic/decode/Reason.java").read_text()
    body = source.partition("public enum Reason {")[2].partition(";")[0]
    assert [name.strip().lower() for name in body.split(",")] == list(rejections.DECODER_REASONS)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_tables_are_whole(table: Any) -> None:
    """Keys, partitions and sort orders name columns; every column says what it means; a partition is a time.

    Only dimensions may do without a partition, for the others grow day by day.
    """
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert {*table.key, *table.sort_by} <= set(names)
    assert all(column.doc for column in table.columns)
    if table in LAKE_TABLES and (table.partition_by or table.role != "dimension"):
        assert table.column(table.partition_by).type.name in ("instant", "date")
        assert table.column(table.partition_by).required


def test_live_tables_have_no_optional_columns() -> None:
    """Flink's DynamoDB connector fails on a null, so a live table has a value for "none"."""
    assert all(column.required for table in LIVE_TABLES for column in table.columns)


def test_long_events_are_compressed() -> None:
    """What is put into Kinesis is the JSON, or what inflates to it; never longer than the JSON."""
    zone = ZoneSnapshot(
        zone_id="aisle-1",
        zone_kind="aisle",
        camera_id="camera-1",
        count=1,
        count_max=1,
        person_ms=5_000,
        entered=0,
        left=0,
        longest_stay_ms=5_000,
        staff_person_ms=0,
    )
    for zones in (1, 20):
        event = Event(
            store_id="store",
            device_id="device",
            boot_id="boot",
            seq=7,
            event_time_ms=1_790_000_000_000,
            payload=Snapshot(interval_ms=5_000, zones=(zone,) * zones),
        )
        record, text = event.to_record(), event.to_bytes()
        is_long = len(text) >= COMPRESSED_FROM_BYTES
        assert is_long == (zones > 1)
        assert len(record) <= len(text)
        assert (zlib.decompress(record) if is_long else record) == text
