"""Everything of the latency's measurement that needs no stack."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bench.latency import sampled_keys
from bench.latency_figures import Latency, Observed, behind_seconds, latency_of, parts_ms, percentile
from bench.latency_report import details, plot, table
from bench.producer import Acknowledged, Pace, ProducerError, Sent, aggregate, aggregated, shard_of
from bench.realtime import MINUTES, RealTimeLoad, Template, schedule, shifts_ms, store_ids, templates_of
from bench.watching import MEMORY, Asked, Looks, Seen
from contracts.events import REPORT_DELAY_MS, WATERMARK_DELAY_MS, Event, Visit
from contracts.render.json_schema import event_schema
from edge.publisher import Record

START_MS = 1_790_000_012_345
LOAD = RealTimeLoad(stores=3, seconds=40.0, warm_up_seconds=10.0)
END_MS = 1_790_000_100_000


@pytest.fixture(scope="module")
def templates() -> tuple[Template, ...]:
    """What the simulated store sends."""
    return templates_of(LOAD)


def _event(store_id: str = "store-001", shift_ms: int = 0) -> Event:
    visit = Visit(
        zone_id="100% store",
        zone_kind="aisle",
        camera_id="c",
        track_id="1234567890123",
        entered_ms=1_780_000_000_000 + shift_ms,
        left_ms=1_780_000_009_000 + shift_ms,
        end="left",
        is_staff=False,
        facing_ms=8_000,
    )
    return Event(
        store_id=store_id,
        device_id=f"{store_id}-front",
        boot_id="b",
        seq=7,
        event_time_ms=visit.left_ms,
        payload=visit,
    )


def _event_of(record: Record) -> dict[str, Any]:
    """Return the JSON of a record, which is compressed where it is long."""
    content = record.content
    event: dict[str, Any] = json.loads(content if content.startswith(b"{") else zlib.decompress(content))
    return event


def test_a_rendered_event_is_the_one_of_another_store_and_time() -> None:
    """Ids and times change, and nothing else: durations, tracks and a sign of the pattern stay."""
    rendered = Template.of(_event(), sent_at_ms=0).render("shop-00042", 86_400_000)
    assert rendered == Record.of(_event("shop-00042", 86_400_000))


def test_every_event_keeps_the_contract_and_its_id_is_its_own(templates: tuple[Template, ...]) -> None:
    """What is sent satisfies the schema by which the decoder judges, and no id comes twice."""
    validator, ids = jsonschema.Draft202012Validator(event_schema()), []
    for due in schedule(LOAD, templates, START_MS):
        record = due.template.render(due.store_id, due.shift_ms)
        event = _event_of(record)
        validator.validate(event)
        ids.append(event["event_id"])
        assert event["event_id"] == f"{event['device_id']}/{event['boot_id']}/{event['seq']}"
        assert record.partition_key == f"{event['store_id']}/{event['device_id']}"
    assert len(set(ids)) == len(ids) > 100


def test_events_are_of_now_and_as_late_as_the_edge_made_them(templates: tuple[Template, ...]) -> None:
    """What is due now happened now, or as long before as the edge takes to tell."""
    dues = schedule(LOAD, templates, START_MS)
    assert all(START_MS <= due.at_ms < START_MS + 1000 * LOAD.total_seconds for due in dues)
    ages_ms = [due.at_ms - due.template.event_time_ms - due.shift_ms for due in dues]
    assert all(0 <= age <= REPORT_DELAY_MS for age in ages_ms)


def test_a_device_sends_in_its_order_and_leaves_nothing_out(templates: tuple[Template, ...]) -> None:
    """Numbers rise by one, for each device, however the stores are mixed."""
    numbers: dict[str, list[int]] = {}
    for due in schedule(LOAD, templates, START_MS):
        event = _event_of(due.template.render(due.store_id, due.shift_ms))
        numbers.setdefault(event["device_id"], []).append(event["seq"])
    assert len(numbers) == 2 * LOAD.stores
    assert all(two == one + 1 for each in numbers.values() for one, two in pairwise(each))


def test_phases_are_spread_evenly_and_minutes_stay_minutes() -> None:
    """The clocks of 100 stores differ by 50 ms each, beyond whole minutes; without a spread they agree."""
    load = RealTimeLoad(stores=100, seconds=60.0)
    phases = [shift_ms % 60_000 for shift_ms in shifts_ms(load, START_MS)]
    assert phases == list(range(0, 5_000, 50))
    together = RealTimeLoad(stores=100, seconds=60.0, spread_seconds=0.0)
    assert {shift_ms % 60_000 for shift_ms in shifts_ms(together, START_MS)} == {0}
    assert len(set(shifts_ms(together, START_MS))) == MINUTES


@pytest.mark.parametrize("wrong", [{"stores": 0}, {"seconds": 0.0}, {"spread_seconds": -1.0}])
def test_a_load_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    """It says what was expected."""
    with pytest.raises(ValueError, match="expected stores and seconds above 0"):
        dataclasses.replace(LOAD, **wrong)


def test_shards_are_those_of_kinesis() -> None:
    """The MD5 of the key, as a share of all hashes, is the shard."""
    assert {key: shard_of(key, 2) for key in ("a", "b")} == {"a": 0, "b": 1}
    assert hashlib.md5(b"a").hexdigest()[0] < "8" <= hashlib.md5(b"b").hexdigest()[0]


def test_an_aggregate_holds_every_record_in_order() -> None:
    """It is the magic number, a protocol buffer of keys and records, and the buffer's MD5."""
    records = [Record(partition_key=key, content=key.encode() * 100) for key in ("a", "bb", "a")]
    content = aggregate(records).content
    message = content[4:-16]
    assert content[:4] == bytes.fromhex("f3899ac2")
    assert content[-16:] == hashlib.md5(message).digest()
    assert list(_unpacked(message)) == records


def test_an_aggregate_is_of_one_shard_and_fits() -> None:
    """Each goes to the shard of all its records, and none is larger than Kinesis takes."""
    records = [Record(partition_key=f"key-{n % 7}", content=bytes([n]) * 100_000) for n in range(40)]
    packs = aggregated(records, 2)
    found: list[Record] = []
    for pack in packs:
        unpacked = list(_unpacked(pack.content[4:-16]))
        assert {shard_of(record.partition_key, 2) for record in unpacked} == {shard_of(pack.partition_key, 2)}
        assert pack.size_bytes <= 1024 * 1024
        found += unpacked
    for key in {record.partition_key for record in records}:
        assert [each for each in found if each.partition_key == key] == [
            each for each in records if each.partition_key == key
        ]


def _unpacked(message: bytes) -> Iterator[Record]:
    """Read an aggregate as the source does: fields 1 are keys, fields 3 records of a key's place and content."""
    fields = list(_fields(message))
    keys = [value.decode() for number, value in fields if number == 1 and isinstance(value, bytes)]
    for number, value in fields:
        if number == 3 and isinstance(value, bytes):
            parts = dict(_fields(value))
            place, content = parts[1], parts[3]
            assert isinstance(place, int)
            assert isinstance(content, bytes)
            yield Record(partition_key=keys[place], content=content)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        value, at = _number(message, at)
        if tag & 7 == 2:
            yield tag >> 3, message[at : at + value]
            at += value
        else:
            yield tag >> 3, value


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 0x80:
            return value, at


class Clock:
    """A clock that goes on only where somebody waits, or where a call takes time."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def sleep(self, seconds: float) -> None:
        """Go on."""
        self.now_ms += round(1000 * seconds)


def _paced(templates: Sequence[Template], *, call_seconds: float) -> tuple[list[Acknowledged], int, list[Record]]:
    clock, sent = Clock(), list[Record]()

    def publish(records: Sequence[Record]) -> None:
        sent.extend(records)
        clock.sleep(call_seconds)

    pace = Pace(publish, shards=2, is_aggregated=False, now_ms=lambda: clock.now_ms, sleep=clock.sleep)
    books, lag_ms = pace.send(schedule(LOAD, templates, START_MS), measured_from_ms=START_MS + 10_000)
    return books, lag_ms, sent


def test_the_producer_sends_everything_as_it_becomes_due(templates: tuple[Template, ...]) -> None:
    """With quick calls nothing waits for longer than a round, and the books tell every event."""
    books, lag_ms, sent = _paced(templates, call_seconds=0.01)
    dues = schedule(LOAD, templates, START_MS)
    assert sent == [due.template.render(due.store_id, due.shift_ms) for due in dues]
    assert 0 < lag_ms <= 210
    assert books[-1].events == len(dues)
    assert books[-1].reach_ms <= max(due.template.event_time_ms + due.shift_ms for due in dues)
    assert all(one.at_ms < two.at_ms and one.reach_ms <= two.reach_ms for one, two in pairwise(books))


def test_a_producer_that_lags_says_so(templates: tuple[Template, ...]) -> None:
    """Slow calls are seen in the lag, and nothing is left out."""
    books, lag_ms, sent = _paced(templates, call_seconds=3.0)
    assert lag_ms > 3_000
    assert books[-1].events == len(sent) == len(schedule(LOAD, templates, START_MS))


def test_what_is_not_confirmed_ends_the_run(templates: tuple[Template, ...]) -> None:
    """A load is never quietly smaller."""

    def refuse(records: Sequence[Record]) -> None:
        raise ProducerError(f"0 of {len(records)}")

    clock = Clock()
    pace = Pace(refuse, shards=2, is_aggregated=True, now_ms=lambda: clock.now_ms, sleep=clock.sleep)
    with pytest.raises(ProducerError):
        pace.send(schedule(LOAD, templates, START_MS), measured_from_ms=START_MS)


def test_percentiles_are_samples_by_nearest_rank() -> None:
    """Of 100 values the 95th percentile is the 95th; of a few the largest."""
    hundred = range(1, 101)
    assert [percentile(hundred, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 50, 95, 99, 100]
    assert percentile([7], 0.5) == 7
    assert percentile([1, 2, 3], 0.95) == 3


def test_the_sample_is_drawn_by_seed_from_all_stores() -> None:
    """The same seed looks at the same items, and no item is looked at twice."""
    load = RealTimeLoad(stores=1000, seconds=60.0)
    keys = sampled_keys(load)
    assert keys == sampled_keys(load) != sampled_keys(dataclasses.replace(load, seed=8))
    assert len(set(keys)) == len(keys) == 100
    assert {store_id for store_id, _ in keys} <= set(store_ids(load))


class FakeDynamoDb:
    """Answers with the windows that it is given, one after the other."""

    def __init__(self, *windows: int | None) -> None:
        self._windows = iter(windows)

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        """Return the item that was asked for, or nothing."""
        key, window = RequestItems["live_zone"]["Keys"][0], next(self._windows)
        return {"Responses": {"live_zone": [] if window is None else [key | {"window_end_ms": {"N": str(window)}}]}}


def test_an_item_counts_once_for_each_window() -> None:
    """It is a sample when its window was not there at the look before."""
    looks = Looks(FakeDynamoDb(None, 10_000, 10_000, 20_000), [("s", "z")])
    for at_ms in (1, 2, 3, 4):
        looks.look(lambda at_ms=at_ms: at_ms)  # type: ignore[misc]
    assert looks.seen == [Seen(2, 10_000), Seen(4, 20_000)]


BOOKS = tuple(Acknowledged(END_MS + 1000 * n, 100 * n, END_MS + 1000 * n - 500) for n in range(61))
"""100 events each second, half a second after they happened."""
MEMORY_BYTES = dict.fromkeys(MEMORY, 5)


def _asked(*reads: int) -> list[Asked]:
    return [Asked(END_MS + 10_000 * n, read, MEMORY_BYTES) for n, read in enumerate(reads)]


def test_a_constant_backlog_is_no_falling_behind() -> None:
    """What Flink tells is a moment old; only a backlog that grows counts, in seconds of the load."""
    assert behind_seconds(BOOKS, _asked(0, 800, 1800, 2800, 3800, 4800)) == pytest.approx(1.0)
    assert behind_seconds(BOOKS, _asked(0, 1000, 1500, 2000, 2500, 3000)) == pytest.approx(17.5)


def _observed(*, reads: Sequence[int] = (1000, 6000), lag_ms: int = 100) -> Observed:
    late = [Seen(END_MS + 11_000 + 10 * n, END_MS) for n in range(100)]
    outside = [Seen(END_MS + 90_000, END_MS - 10_000), Seen(END_MS + 90_000, END_MS + 60_000)]
    return Observed(
        from_ms=END_MS,
        to_ms=END_MS + 60_000,
        seen=[*outside, *late],
        sent=Sent(acknowledged=BOOKS, lag_ms_max=lag_ms, unsent=0, cpu_seconds=1.0),
        asked=[Asked(END_MS + 10_000, reads[0], MEMORY_BYTES), Asked(END_MS + 60_000, reads[1], MEMORY_BYTES)],
        checkpoints=[{"end_to_end_duration": 30, "state_size": 4}, {"end_to_end_duration": 20, "state_size": 5}],
        cores={"flink-taskmanager": 0.5},
        peak_rss_bytes=1,
        rejected={},
    )


def test_figures_are_of_the_windows_that_end_while_it_is_measured() -> None:
    """Items of other windows do not count; the largest checkpoint and the longest may be two."""
    latency = latency_of(LOAD, _observed(), task_manager_mb=2048)
    assert (latency.samples, latency.p50_ms, latency.p95_ms, latency.p99_ms) == (100, 11_490, 11_940, 11_980)
    assert latency.after_watermark_p95_ms == 1_940
    assert (latency.checkpoints, latency.checkpoint_ms_max, latency.state_bytes_max) == (2, 30, 5)
    assert latency.is_in_time


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (_observed(lag_ms=2_001), "the producer lagged: expected at most 2000 ms, came 2001 ms"),
        (_observed(reads=(1000, 4000)), "the job does not keep up"),
        (_observed(reads=(900, 5900)), "expected 6000 events read"),
        (dataclasses.replace(_observed(), seen=[]), "no item was seen"),
    ],
)
def test_figures_that_do_not_count_say_why(observed: Observed, says: str) -> None:
    """A run in which somebody lagged is a failure with its reason, never a good figure."""
    latency = latency_of(LOAD, observed, task_manager_mb=2048)
    assert latency.failure is not None
    assert says in latency.failure
    assert not latency.is_in_time


def test_the_parts_add_up_to_the_95th_of_100_items() -> None:
    """The event that closes the window comes in the round that reaches beyond the watermark's delay."""
    parts = parts_ms([Seen(END_MS + 11_000 + 10 * n, END_MS) for n in range(100)], BOOKS)
    assert list(parts.values()) == [WATERMARK_DELAY_MS, 1_000, 0, 940]


def test_what_is_told_and_drawn(tmp_path: Path) -> None:
    """A run that failed has a row, and no line in the plot."""
    good = latency_of(LOAD, _observed(), task_manager_mb=2048)
    failed = Latency(stores=1000, failure="the producer lagged")
    assert list(table([good, failed]).columns[-1].cells) == ["in time", "the producer lagged"]
    assert details(good).row_count > 8
    plot(tmp_path / "latency.svg", [good, failed])
    assert "<svg" in (tmp_path / "latency.svg").read_text()
