"""`python -m bench.alerts`: how long after the end of a window its alert stands in the table, and is told.

Real parts on one machine, as `bench.latency`: moto's Kinesis, the job `store_traffic` with every sink and the alert
policy, DynamoDB Local and its stream, the notifier, moto's SES. Stores have eight lanes, and rules so sensitive that
much happens. A row is seen at the next look at the stream, up to a tenth of a second too late, and never too early.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from rich.console import Console
from rich.table import Table

from alert_lab.windows import signals_of
from bench.contenders import FOLDER
from bench.latency import SHARDS, TASK_MANAGER_MB, latency_configuration
from bench.latency_figures import CATCH_UP_SECONDS, percentile
from bench.producer import Producer, ProducerError
from bench.realtime import RealTimeLoad, store_ids, templates_of
from bench.resources import ResourceError, require, this_machine
from bench.watching import Questions, cpu_seconds, now_ms
from contracts.events import WATERMARK_DELAY_MS
from contracts.recipients import Channel, Recipient, recipient_item
from contracts.rules import read_book
from flink_jobs.alerting.policy import Policy
from flink_jobs.alerting.rulebook import read_book_text
from lambdas.alert_store.items import attributes, values_of
from lambdas.alert_store.rules import RuleStore, rules_text
from lambdas.notifier.channels.base import Message
from lambdas.notifier.channels.email import EmailChannel
from lambdas.notifier.logic import Notifier
from lambdas.notifier.settings import Settings
from lambdas.notifier.telemetry import Telemetry
from local.errors import StackError
from local.event_source import DynamoDbStreamSource, Handler
from local.pipeline import STREAM, create_tables, start_pipeline
from local.stack import Stack

TOLD_STORES = 50
"""So many stores have somebody to be told; in the others there is nobody, as most alerts concern few."""
ROW_TARGET_MS = 5_000
TOLD_TARGET_MS = 2_000
USAGE_ERROR = 2


def _rule(rule_id: str, metric: str, on_level: float, off_level: float) -> dict[str, Any]:
    levels = {"on_level": on_level, "off_level": off_level, "cool_down_seconds": 0}
    return {"rule_id": rule_id, "metric": metric, "roles": ["lead"], **levels}


_RULES = [
    _rule("queue", "queue_length", 5, 2),
    _rule("wait", "longest_wait_seconds", 300, 100),
    _rule("aisle", "occupancy", 6, 3),
    _rule("lanes", "lanes_open_vs_needed", 2, 0),
]


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """What came of a run; delays in milliseconds, of rows beyond the watermark, of messages from the row on."""

    stores: int
    alerts: int
    rows: int
    row_p50_ms: int
    row_p95_ms: int
    messages: int
    told_p50_ms: int
    told_p95_ms: int
    cores: Mapping[str, float]
    policy_signals_per_second: float
    failure: str | None = None


@dataclass(slots=True)
class _Seen:
    rows: list[int] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    messages: list[int] = field(default_factory=list)
    row_seen_ms: dict[str, int] = field(default_factory=dict)
    from_ms: int = 2**62

    def note(self, event: dict[str, Any], _: Any) -> None:
        """Note when rows are seen, of windows within what is measured."""
        at_ms = now_ms()
        for record in event["Records"]:
            alert = values_of(record["dynamodb"]["NewImage"])
            if alert["changed_ms"] >= self.from_ms and alert["state"] in ("raised", "resolved"):
                self.row_seen_ms.setdefault(f"{alert['alert_id']} {alert['state']}", at_ms)
                self.ids.add(alert["alert_id"])
                self.rows.append(at_ms - int(alert["changed_ms"]) - WATERMARK_DELAY_MS)


class _TimedMail:
    """E-mail by SES, and how long after its row each was taken."""

    def __init__(self, channel: EmailChannel, seen: _Seen) -> None:
        self._channel = channel
        self._seen = seen

    def send(self, address: str, message: Message) -> None:
        """Send, and note the time."""
        self._channel.send(address, message)
        seen_ms = self._seen.row_seen_ms.get(f"{message.thread_id} {message.stage}")
        if seen_ms is not None:
            self._seen.messages.append(now_ms() - seen_ms)


def measure(load: RealTimeLoad, console: Console) -> AlertFigures:
    """Run the job on a load, on a stack of its own that is ended whatever happens."""
    seen = _Seen()
    stack = Stack(
        FOLDER / "alerts",
        task_slots=SHARDS,
        config_overrides=latency_configuration(TASK_MANAGER_MB),
        kinesis_by_moto=True,
    )
    with console.status("starting the stack, simulating a store") as status, Producer(load) as producer, stack:
        create_tables(stack)
        _seed(stack, load)
        pipeline = start_pipeline(stack, shards=SHARDS)
        stack.flink.wait_until_running(pipeline.job_id)
        # Two readers, as the cloud has: who looks at the rows does not wait for who tells people of them.
        rows, source = _source(stack, seen.note), _source(stack, _telling(stack, seen))
        with rows, source, Questions(pipeline) as questions:
            start_ms = producer.start(url=stack.endpoints.kinesis, stream_name=STREAM, shards=SHARDS)
            seen.from_ms = start_ms + int(1000 * load.warm_up_seconds)
            status.update(f"{load.stores} stores: {load.total_seconds:.0f} s in real time")
            before: dict[str, float] = {}
            while not producer.has_ended:
                if not before and now_ms() >= seen.from_ms:
                    before = dict(cpu_seconds(stack))
                time.sleep(0.25)
            after = cpu_seconds(stack)
            sent = producer.result()
            questions.wait_until_read(sent.acknowledged[-1].events, limit_seconds=CATCH_UP_SECONDS)
            rows.wait_until_caught_up(seconds=CATCH_UP_SECONDS)
            source.wait_until_caught_up(seconds=CATCH_UP_SECONDS)
            pipeline.require_healthy()
    taken = {name: (after[name] - before.get(name, 0)) / (load.total_seconds - load.warm_up_seconds) for name in after}
    return _figures(load, seen, taken)


def _figures(load: RealTimeLoad, seen: _Seen, cores: Mapping[str, float]) -> AlertFigures:
    rows, messages = sorted(seen.rows), sorted(seen.messages)
    lacking = "no alert was raised" if not rows else "no message was sent" if not messages else None
    return AlertFigures(
        stores=load.stores,
        alerts=len(seen.ids),
        rows=len(rows),
        row_p50_ms=percentile(rows, 0.5) if rows else 0,
        row_p95_ms=percentile(rows, 0.95) if rows else 0,
        messages=len(messages),
        told_p50_ms=percentile(messages, 0.5) if messages else 0,
        told_p95_ms=percentile(messages, 0.95) if messages else 0,
        cores=cores,
        policy_signals_per_second=policy_speed(load),
        failure=lacking,
    )


def policy_speed(load: RealTimeLoad) -> float:
    """Return how many windows of a store the policy alone takes a second, its state read and written each time."""
    events = [json.loads(template.content % tuple(_filled(template.gaps))) for template in templates_of(load)]
    signals = [signal for signal in signals_of(events) if signal.kind == "zones"]
    book = read_book_text(json.dumps({rule["rule_id"]: [1, rule] for rule in _RULES}))
    text: str | None = None
    began = time.perf_counter()
    for signal in signals:
        policy = Policy("shop", text)
        policy.take(signal.kind, signal.time_ms, signal.body, book)
        text = policy.text
    return len(signals) / (time.perf_counter() - began)


def _filled(gaps: tuple[int | None, ...]) -> list[bytes | int]:
    return [b"shop" if gap is None else gap for gap in gaps]


def _seed(stack: Stack, load: RealTimeLoad) -> None:
    dynamodb = stack.boto3_client("dynamodb")
    rules = RuleStore(dynamodb)
    rules.seed(read_book({"rules": _RULES}), saved_by="bench", now_ms=0, valid_from_ms=0)
    assert rules_text(rules.current("any", 1).values()) != "{}"
    for store_id in store_ids(load)[:TOLD_STORES]:
        mail = Channel(kind="email", address=f"{store_id}@example.com")
        person = Recipient(
            store_id=store_id, person_id=store_id, roles=("lead",), channels=(mail,), most_per_shift=1000
        )
        dynamodb.put_item(TableName="recipients", Item=attributes(recipient_item(person)))


def _source(stack: Stack, handler: Handler) -> DynamoDbStreamSource:
    return DynamoDbStreamSource(
        dynamodb=stack.boto3_client("dynamodb"),
        streams=stack.boto3_client("dynamodbstreams"),
        table="alerts",
        handler=handler,
    )


def _telling(stack: Stack, seen: _Seen) -> Handler:
    ses, sqs = stack.boto3_client("sesv2"), stack.boto3_client("sqs")
    ses.create_email_identity(EmailIdentity="alerts@example.com")
    again, dead = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("again", "dead"))
    notifier = Notifier(
        dynamodb=stack.boto3_client("dynamodb"),
        sqs=sqs,
        channels={"email": _TimedMail(EmailChannel(ses, sender="alerts@example.com"), seen)},
        settings=Settings(app_url="https://app.example.com", retry_queue_url=again, dead_queue_url=dead),
        telemetry=Telemetry(Logger(service="notifier", level="CRITICAL"), has_metrics=False),
        clock=now_ms,
    )

    return lambda event, _: notifier.handle_stream_records(event["Records"])


def main(arguments: list[str] | None = None) -> int:
    """Measure; returns 0, 1 when a run failed or was too late, or 2 when the machine cannot do it."""
    options = _parser().parse_args(arguments)
    console = Console()
    FOLDER.mkdir(parents=True, exist_ok=True)
    results = []
    try:
        require(this_machine(FOLDER))
        for stores in options.stores:
            load = RealTimeLoad(
                stores=stores, seconds=options.seconds, warm_up_seconds=options.warm_up, has_lanes_twice=True
            )  # fmt: skip
            results.append(measure(load, console))
    except (ResourceError, ValueError, StackError, ProducerError) as lacking:
        print(lacking, file=sys.stderr)
        return USAGE_ERROR
    console.print(_table(results))
    (FOLDER / "alerts.json").write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")
    return int(
        any(each.failure or each.row_p95_ms > ROW_TARGET_MS or each.told_p95_ms > TOLD_TARGET_MS for each in results)
    )


def _table(results: list[AlertFigures]) -> Table:
    table = Table(title="From the end of a window to the alert's row, and from there to its message")
    for name in ("stores", "alerts", "row p50", "row p95", "message p50", "message p95", "TaskManager", "policy"):
        table.add_column(name, justify="right")
    for each in results:
        delays = (each.row_p50_ms, each.row_p95_ms, each.told_p50_ms, each.told_p95_ms)
        table.add_row(
            f"{each.stores:,}",
            f"{each.alerts:,}",
            *(f"{delay / 1000:.2f} s" for delay in delays),
            f"{each.cores.get('flink-taskmanager', 0):.2f} cores",
            f"{each.policy_signals_per_second:,.0f} windows/s",
        )
    return table


def _parser() -> argparse.ArgumentParser:
    text, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="bench.alerts", description=text, epilog=more)
    add = parser.add_argument
    add(
        "--stores",
        type=int,
        nargs="+",
        default=[100, 1000],
        help="how many stores send, run by run (default: 100 1000)",
    )
    add("--seconds", type=float, default=60.0, help="how long is measured (default: %(default)g)")
    add("--warm-up", type=float, default=60.0, help="seconds all stores send before (default: %(default)g)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
