"""`python -m bench.latency`: how long after the end of a window its item stands in `live_zone`, with many stores.

Real parts on one machine: a Kinesis stream (moto's: kinesis-mock carries some 100 stores), the job `store_traffic` with
every sink, DynamoDB Local.
A sample is an item that is seen for the first time. The looks are a quarter of a second apart, so that each is told up
to so much too late, and never too early.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rich.console import Console

from bench.contenders import FOLDER
from bench.latency_figures import CATCH_UP_SECONDS, Latency, Observed, latency_of
from bench.latency_report import details, plot, table
from bench.producer import Producer, ProducerError
from bench.realtime import SCENARIO, TAIL_SECONDS, RealTimeLoad, store_ids
from bench.resources import ResourceError, require, this_machine
from bench.watching import Looks, Questions, cpu_seconds, peak_rss_bytes
from local.errors import StackError
from local.flink_cluster import TASK_MANAGER_OPTIONS, WITHOUT_CBOR, Configuration
from local.pipeline import STREAM, Pipeline, lake_catalog, start_pipeline
from local.stack import Stack
from sim.scenario import load as load_scenario

SHARDS = 2
TASK_MANAGER_MB = 2048
CHECKPOINT_SECONDS = 10
LOOKED_AT = 100
"""Items that are looked at: as many as one `BatchGetItem` may ask for."""
USAGE_ERROR = 2


def measure(load: RealTimeLoad, *, tell: Callable[[str], None], task_manager_mb: int = TASK_MANAGER_MB) -> Latency:
    """Run the job on a load, on a stack of its own that is ended whatever happens; a failure is in the result."""
    try:
        return latency_of(load, _observed(load, tell, task_manager_mb), task_manager_mb=task_manager_mb)
    except (StackError, ProducerError) as problem:
        return Latency(stores=load.stores, task_manager_mb=task_manager_mb, failure=str(problem))


def sampled_keys(load: RealTimeLoad) -> list[tuple[str, str]]:
    """Return stores and zones of the items to look at, drawn from all by the load's seed."""
    zones = [zone.zone_id for zone in load_scenario(SCENARIO).zones]
    keys = [(store_id, zone_id) for store_id in store_ids(load) for zone_id in zones]
    return random.Random(load.seed).sample(keys, min(LOOKED_AT, len(keys)))


def _observed(load: RealTimeLoad, tell: Callable[[str], None], task_manager_mb: int) -> Observed:
    tell("starting the stack, simulating a store")
    overrides = latency_configuration(task_manager_mb)
    stack = Stack(FOLDER / "latency", task_slots=SHARDS, config_overrides=overrides, kinesis_by_moto=True)
    with Producer(load) as producer, stack:
        pipeline = start_pipeline(stack, shards=SHARDS)
        stack.flink.wait_until_running(pipeline.job_id)
        with Questions(pipeline) as questions:
            return _watched(load, tell, producer, questions)


def _watched(load: RealTimeLoad, tell: Callable[[str], None], producer: Producer, questions: Questions) -> Observed:
    pipeline, stack = questions.pipeline, questions.pipeline.stack
    looks = Looks(stack.boto3_client("dynamodb"), sampled_keys(load))
    start_ms = producer.start(url=stack.endpoints.kinesis, stream_name=STREAM, shards=SHARDS)
    from_ms = start_ms + int(1000 * load.warm_up_seconds)
    to_ms = from_ms + int(1000 * load.seconds)
    tell("warming up")
    looks.go_on(until_ms=from_ms, is_over=lambda: producer.has_ended)
    before = cpu_seconds(stack)
    tell("measuring")
    looks.go_on(until_ms=to_ms + int(1000 * TAIL_SECONDS), is_over=lambda: producer.has_ended)
    after = cpu_seconds(stack)
    tell("waiting until all is sent and read")
    sent = producer.result()
    questions.wait_until_read(sent.acknowledged[-1].events, limit_seconds=CATCH_UP_SECONDS)
    pipeline.require_healthy()
    taken = {name: (after[name] - before[name]) / (load.seconds + TAIL_SECONDS) for name in after}
    return Observed(
        from_ms=from_ms,
        to_ms=to_ms,
        seen=looks.seen,
        sent=sent,
        asked=[each for each in questions.asked if each.at_ms >= from_ms],
        checkpoints=_checkpoints(pipeline, from_ms),
        cores=taken | {"producer": sent.cpu_seconds / load.total_seconds},
        peak_rss_bytes=peak_rss_bytes(stack.processes["flink-taskmanager"].process_id),
        rejected=_rejected(pipeline),
    )


def latency_configuration(task_manager_mb: int) -> Configuration:
    """Return the cluster's options: a TaskManager of so many MiB, that speaks JSON with moto."""
    return {
        "taskmanager.memory.process.size": f"{task_manager_mb}m",
        "taskmanager.memory.jvm-metaspace.size": "256m",
        "env.java.opts.taskmanager": f"{TASK_MANAGER_OPTIONS} {WITHOUT_CBOR}",
        "execution.checkpointing.interval": f"{CHECKPOINT_SECONDS}s",
        "web.checkpoints.history": 1000,
    }


def _checkpoints(pipeline: Pipeline, from_ms: int) -> list[dict[str, Any]]:
    """Return the completed checkpoints that were begun from an instant on."""
    history = pipeline.stack.flink.get(f"/jobs/{pipeline.job_id}/checkpoints")["history"]
    return [each for each in history if each["status"] == "COMPLETED" and each["trigger_timestamp"] >= from_ms]


def _rejected(pipeline: Pipeline) -> dict[str, int]:
    rejected = lake_catalog(pipeline.stack).load_table((pipeline.database, "rejected_v1"))
    return dict(Counter(rejected.scan(selected_fields=("reason",)).to_arrow()["reason"].to_pylist()))


def main(arguments: list[str] | None = None) -> int:
    """Measure; returns 0, 1 when a run failed or was too late, or 2 when the machine cannot do it."""
    options = _parser().parse_args(arguments)
    console = Console()
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        require(this_machine(FOLDER))
        load = RealTimeLoad(
            stores=options.stores,
            seconds=options.seconds,
            seed=options.seed,
            warm_up_seconds=options.warm_up,
            spread_seconds=options.spread,
            is_aggregated=not options.plain,
        )
    except (ResourceError, ValueError) as lacking:
        print(lacking, file=sys.stderr)
        return USAGE_ERROR
    with console.status("") as status:
        latency = measure(load, tell=status.update, task_manager_mb=options.memory)
    console.print(table([latency]), details(latency))
    (FOLDER / f"latency-{load.stores}.json").write_text(json.dumps(asdict(latency), indent=2) + "\n")
    plot(FOLDER / f"latency-{load.stores}.svg", [latency])
    return int(not latency.is_in_time)


def _parser() -> argparse.ArgumentParser:
    text, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="bench.latency", description=text, epilog=more)
    add = parser.add_argument
    add("--stores", type=int, default=100, help="how many stores send (default: %(default)s)")
    add("--seconds", type=float, default=120.0, help="how long is measured (default: %(default)g)")
    add("--warm-up", type=float, default=60.0, help="seconds all stores send before (default: %(default)g)")
    add("--seed", type=int, default=7, help="of the simulated store and of what is looked at (default: %(default)s)")
    add("--spread", type=float, default=5.0, help="seconds by which the stores' clocks differ (default: %(default)g)")
    add("--memory", type=int, default=TASK_MANAGER_MB, help="MiB of the TaskManager (default: %(default)s)")
    add("--plain", action="store_true", help="one record for each event, not many in one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
