"""The sender against a Kinesis that answers as its documentation says, by an injected clock; the threads by events."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from edge.errors import ConfigurationError
from edge.sender import Sender, SenderSettings, kinesis_client, sender_settings
from edge.spool import Spool, SpoolSettings
from edge.toml_file import Problems, Table
from tests.edge.spooling import Clock, event, events

DEADLINE_SECONDS = 30.0
THROTTLED = "ProvisionedThroughputExceededException"


class FakeKinesis:
    """Takes what `fault` does not refuse: it gets a record's number and returns an error code, or raises."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.calls: list[list[int]] = []
        self.fault: Callable[[int], str | None] = lambda _seq: None
        self.has_accepted = threading.Condition()

    def put_records(self, **request: Any) -> Mapping[str, Any]:
        """Answer one call."""
        sent = [int(json.loads(record["Data"])["seq"]) for record in request["Records"]]
        assert {record["PartitionKey"] for record in request["Records"]} == {"s/d"}
        self.calls.append(sent)
        codes = [self.fault(seq) for seq in sent]
        with self.has_accepted:
            self.accepted += [seq for seq, code in zip(sent, codes, strict=True) if code is None]
            self.has_accepted.notify_all()
        return {"Records": [{"ErrorCode": code} if code else {"SequenceNumber": "1"} for code in codes]}


def refusing(code: str) -> ClientError:
    """Return what boto3 raises when a whole call is refused."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutRecords")


class Bench:
    """A sender, its spool, its Kinesis and its clock."""

    def __init__(self, folder: Path, *, limits: SenderSettings | None = None) -> None:
        self.clock = Clock()
        self.kinesis = FakeKinesis()
        self.spool = Spool(folder / "events.sqlite", now_ms=self.clock.now_ms, monotonic=self.clock.monotonic)
        self.sender = Sender(
            self.spool,
            self.kinesis,
            "inference",
            monotonic=self.clock.monotonic,
            random=lambda: 0.5,
            settings=limits,
        )

    def step(self) -> float:
        """Make one step; return the wait, after which the clock stands."""
        step = self.sender.step()
        self.clock.seconds += step.wait_seconds
        return step.wait_seconds

    def drain(self, *, steps: int = 1_000) -> None:
        """Step until nothing waits."""
        for _ in range(steps):
            if not self.spool.waiting:
                return
            self.step()
        raise AssertionError(f"{self.spool.waiting} events still wait after {steps} steps")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a sender with the usual settings."""
    return Bench(tmp_path)


def no_network(_seq: int) -> str | None:
    """Find no connection."""
    raise EndpointConnectionError(endpoint_url="https://kinesis")


def test_events_arrive_in_order_and_are_counted(bench: Bench) -> None:
    """500 a call, nothing left; then it waits for the next arrival."""
    bench.spool.append(events(range(1_201)))
    bench.drain()
    assert bench.kinesis.accepted == list(range(1_201))
    assert [len(call) for call in bench.kinesis.calls] == [500, 500, 201]
    status = bench.sender.status
    assert (status.sent, status.calls, status.retried, status.problem) == (1_201, 3, 0, None)
    assert bench.sender.step().until_arrival


def test_only_what_was_refused_is_sent_again(bench: Bench) -> None:
    """A partial failure repeats the failed records alone, before what came later."""
    refused = {1, 3}
    bench.kinesis.fault = lambda seq: THROTTLED if seq in refused else None
    bench.spool.append(events(range(5)))
    assert bench.step() > 0
    refused.clear()
    bench.spool.append([event(5)])
    bench.drain()
    assert bench.kinesis.calls == [[0, 1, 2, 3, 4], [1, 3, 5]]
    assert (bench.sender.status.retried, bench.sender.status.throttled) == (2, 2)


def test_waits_double_up_to_their_bound_and_start_anew(bench: Bench) -> None:
    """Drawn below the bound, so that a thousand stores do not come back at one instant."""
    bench.kinesis.fault = no_network
    bench.spool.append(events(range(3)))
    assert [bench.step() for _ in range(8)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5]
    bench.kinesis.fault = lambda _seq: None
    assert bench.step() == 0
    bench.kinesis.fault = no_network
    bench.spool.append(events(range(3, 5)))
    assert bench.step() == 0.05


@pytest.mark.parametrize(
    "error",
    [
        refusing("ResourceNotFoundException"),
        refusing("AccessDeniedException"),
        refusing("ExpiredTokenException"),
        NoCredentialsError(),
        RuntimeError("defect"),
    ],
)
def test_a_call_that_is_wrong_is_told_and_tried_again(bench: Bench, error: Exception) -> None:
    """No such stream, no right, no credentials: no event is given up, and the reason stands in the status."""

    def fault(_seq: int) -> str | None:
        raise error

    bench.kinesis.fault = fault
    bench.spool.append(events(range(3)))
    assert bench.step() > 0
    assert str(error) in (bench.sender.status.problem or "")
    bench.kinesis.fault = lambda _seq: None
    bench.drain()
    assert bench.kinesis.accepted == [0, 1, 2]
    assert bench.sender.status.problem is None


def test_an_unusable_record_is_found_and_put_aside(bench: Bench) -> None:
    """The call is halved until the record stands alone; the others arrive, in order."""

    def fault(seq: int) -> str | None:
        if seq == 333:
            raise refusing("ValidationException")
        return None

    bench.kinesis.fault = fault
    bench.spool.append(events(range(500)))
    bench.drain()
    assert bench.kinesis.accepted == [seq for seq in range(500) if seq != 333]
    assert len(bench.kinesis.calls) <= 20
    assert bench.sender.status.unusable == 1
    [letter] = bench.spool.dead_letters()
    assert json.loads(letter.content)["seq"] == 333
    assert "ValidationException" in letter.reason
    assert bench.spool.status().lost == {("track_merge", "unsendable"): 1}


def test_no_event_is_put_aside_for_a_call_that_is_wrong(bench: Bench) -> None:
    """Where nothing at all is taken, the stream's name may be what is not valid."""

    def fault(_seq: int) -> str | None:
        raise refusing("ValidationException")

    bench.kinesis.fault = fault
    bench.spool.append(events(range(500)))
    assert bench.step() > 0
    assert len(bench.kinesis.calls) <= 64
    assert (bench.spool.waiting, bench.spool.dead_letters()) == (500, ())
    bench.kinesis.fault = lambda _seq: None
    bench.drain()
    assert bench.kinesis.accepted == list(range(500))


def test_what_lasts_is_told_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """One line when nothing arrives, one when it does again; a single refusal is none."""
    bench.kinesis.fault = lambda _seq: THROTTLED
    bench.spool.append([event(0)])
    with caplog.at_level(logging.WARNING, logger="edge.sender"):
        bench.step()
        bench.kinesis.fault = lambda _seq: None
        bench.drain()
        assert caplog.messages == []
        bench.kinesis.fault = no_network
        bench.spool.append([event(1)])
        for _ in range(20):
            bench.step()
        bench.kinesis.fault = lambda _seq: None
        bench.drain()
    assert caplog.messages == ["events wait: no connection", "events arrive again"]


def test_live_events_do_not_wait_for_a_throttled_backlog(bench: Bench) -> None:
    """After an outage new events go first, and a shard without room holds up the backlog alone."""
    bench.spool.append(events(range(2_000)))
    bench.spool.commit()
    bench.clock.seconds += 3_600
    bench.kinesis.fault = lambda seq: THROTTLED if seq < 2_000 else None
    for seq in range(2_000, 2_050):
        bench.spool.append([event(seq)])
        while bench.sender.step().wait_seconds == 0:
            pass
        assert bench.kinesis.accepted[-1] == seq
        bench.clock.seconds += 1
    tried = sum(call[0] < 2_000 for call in bench.kinesis.calls)
    assert 3 <= tried <= 15
    bench.kinesis.fault = lambda _seq: None
    bench.drain()
    assert bench.kinesis.accepted == [*range(2_000, 2_050), *range(2_000)]


def test_eight_hours_without_a_network_lose_nothing(bench: Bench) -> None:
    """An event a second, a commit every half hour here, one restart; then live first, and the backlog in its order."""
    bench.kinesis.fault = no_network
    hours, step_seconds = 8, 10
    seqs = iter(range(hours * 3_600))
    for seconds in range(0, hours * 3_600, step_seconds):
        bench.spool.append(events(next(seqs) for _ in range(step_seconds)))
        bench.sender.step()
        bench.clock.seconds += step_seconds
        if seconds % 1_800 == 0:
            bench.spool.commit()
    bench.spool.commit()
    assert bench.spool.status().waiting == 28_800
    assert bench.spool.status().oldest_ms == pytest.approx(8 * 3_600_000, abs=10_000)
    bench.kinesis.fault = lambda _seq: None
    bench.spool.append(events(range(28_800, 28_810)))
    before = bench.clock.seconds
    bench.drain()
    assert bench.kinesis.accepted == [*range(28_800, 28_810), *range(28_800)]
    # Waits for a connection aside, which are over: it never waits while it is taken well.
    assert bench.clock.seconds - before <= 5
    assert not bench.spool.status().lost


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31), share=st.floats(0, 0.9), calls=st.integers(1, 40))
def test_whatever_fails_each_event_arrives_once(tmp_path_factory: Any, seed: int, share: float, calls: int) -> None:
    """Refusals, lost connections, ageing and commits in any order: nothing lost, nothing accepted twice."""
    random = Random(seed)
    bench = Bench(tmp_path_factory.mktemp("spool"), limits=SenderSettings(call_records=calls))

    def fault(seq: int) -> str | None:
        if random.random() < share / 20:
            return no_network(seq)
        return "InternalFailure" if random.random() < share else None

    bench.kinesis.fault = fault
    total = 0
    for _ in range(20):
        count = random.randrange(20)
        bench.spool.append(events(range(total, total + count)))
        total += count
        for action in random.choices([bench.sender.step, bench.spool.commit], k=3):
            action()
        bench.clock.seconds += random.choice([0, 1, 20])
    bench.kinesis.fault = lambda _seq: None
    bench.drain()
    assert Counter(bench.kinesis.accepted) == Counter(range(total))
    assert bench.sender.status.sent == total
    bench.spool.close()


def test_within_a_flow_nothing_is_tried_before_what_came_earlier(tmp_path: Path) -> None:
    """By first attempts: the backlog is in order, and so is what is live."""
    bench = Bench(tmp_path, limits=SenderSettings(call_records=7))
    random = Random(1)
    bench.spool.append(events(range(100)))
    bench.spool.commit()
    bench.clock.seconds += 60
    bench.kinesis.fault = lambda _seq: "InternalFailure" if random.random() < 0.3 else None
    for seq in range(100, 160):
        bench.spool.append([event(seq)])
        bench.sender.step()
    bench.drain()
    first_tries = list(dict.fromkeys(seq for call in bench.kinesis.calls for seq in call))
    assert [seq for seq in first_tries if seq < 100] == list(range(100))
    assert [seq for seq in first_tries if seq >= 100] == list(range(100, 160))


def test_the_threads_send_commit_and_stop(tmp_path: Path) -> None:
    """By the real clock: events arrive by themselves; what could not be sent waits in the file for the next run."""
    path, kinesis = tmp_path / "events.sqlite", FakeKinesis()
    with _running(path, kinesis) as sender:
        sender._spool.append(events(range(10)))
        _await(kinesis, range(10))
    kinesis.fault = no_network
    with _running(path, kinesis) as sender:
        sender._spool.append(events(range(10, 15)))
    assert len(kinesis.accepted) == 10
    kinesis.fault = lambda _seq: None
    with _running(path, kinesis):
        _await(kinesis, range(15))


def test_by_the_real_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A boto3 client, HTTP and moto's Kinesis: what the stream holds is what was made, and a missing stream is told."""
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client = boto3.client("kinesis", endpoint_url=f"http://{host}:{port}")
        clock, made = Clock(), events(range(1_200))
        spool = Spool(tmp_path / "events.sqlite", now_ms=clock.now_ms, monotonic=clock.monotonic)
        sender = Sender(
            spool,
            kinesis_client(boto3.Session(), endpoint_url=f"http://{host}:{port}"),
            "inference",
            monotonic=clock.monotonic,
            random=lambda: 0.0,
        )
        spool.append(made)
        sender.step()
        assert "ResourceNotFoundException" in (sender.status.problem or "")
        client.create_stream(StreamName="inference", ShardCount=1)
        while spool.waiting:
            assert sender.step().wait_seconds == 0
        shard = client.list_shards(StreamName="inference")["Shards"][0]["ShardId"]
        start = client.get_shard_iterator(StreamName="inference", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        records = client.get_records(ShardIterator=start["ShardIterator"])["Records"]
        assert [record["Data"] for record in records] == [event.to_record() for event in made]
        spool.close()
    finally:
        server.stop()


def _running(path: Path, kinesis: FakeKinesis) -> Sender:
    clock = Clock()
    spool = Spool(path, now_ms=clock.now_ms, monotonic=clock.monotonic, settings=SpoolSettings(commit_ms=10))
    return Sender(spool, kinesis, "inference", monotonic=clock.monotonic, random=lambda: 0.01)


def _await(kinesis: FakeKinesis, seqs: Collection[int]) -> None:
    with kinesis.has_accepted:
        assert kinesis.has_accepted.wait_for(lambda: kinesis.accepted == list(seqs), DEADLINE_SECONDS)


def test_settings_are_read_and_judged(tmp_path: Path) -> None:
    """Kinesis takes no more than 500 records and 5 MB a call."""
    problems = Problems()
    assert sender_settings(Table({"call_records": 100}, "sender", problems)).call_records == 100
    assert not problems.found
    sender_settings(Table({"call_records": 501, "speed": 1}, "sender", problems))
    assert {problem.where for problem in problems.found} == {"sender.call_records", "sender.speed"}
    with pytest.raises(ConfigurationError, match="call_megabytes"):
        Bench(tmp_path, limits=SenderSettings(call_bytes=6 * 1024 * 1024))
