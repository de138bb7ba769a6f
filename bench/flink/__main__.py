"""`python -m bench.flink SPEC`: run one contender on a cluster within this process, and print what it took as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pyflink.java_gateway import get_gateway
from pyflink.table import TableEnvironment, TableResult

from bench.flink.connectors import BenchConnectors
from bench.flink.queries import statements
from flink_jobs.build import build, create_environment
from flink_jobs.jobs import STORE_TRAFFIC
from flink_jobs.settings import MetricSettings

_POLL_SECONDS = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
_USER_AND_SYSTEM = slice(11, 13)


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run: `query` is full, aggregate or scan; `lake` is the folder of an Iceberg catalog, if any.

    `options` are Flink's own and win over everything else.
    """

    query: str
    format_name: str
    records: str
    out: str
    parallelism: int
    rest_port: int
    lake: str | None = None
    managed_memory: str = "1587m"
    checkpoint_interval: str = "10s"
    options: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took; processor seconds are those while the job ran, memory is the whole process's greatest."""

    run_seconds: float
    cpu_seconds: float
    peak_rss_bytes: int
    checkpoints: int
    checkpoint_ms_max: int
    state_bytes_max: int


def main() -> None:
    """Run what the specification says."""
    spec = Spec(**json.loads(sys.argv[1]))
    environment = create_environment(STORE_TRAFFIC, _cluster(spec))
    pid = int(get_gateway().jvm.java.lang.ProcessHandle.current().pid())
    result = _submit(environment, spec)
    # Planning and code generation are over; with forty operators they take seconds.
    before = _cpu_seconds(pid)
    checkpoints = _watch(result, spec.rest_port)
    seconds = result.get_job_client().get_job_execution_result().result().get_net_runtime() / 1000
    taken = Taken(
        run_seconds=seconds, cpu_seconds=_cpu_seconds(pid) - before, peak_rss_bytes=_peak_rss_bytes(pid), **checkpoints
    )
    print(json.dumps(asdict(taken)))


def _submit(environment: TableEnvironment, spec: Spec) -> TableResult:
    records, out = Path(spec.records), Path(spec.out)
    if spec.query == "full":
        lake = None if spec.lake is None else Path(spec.lake)
        connectors = BenchConnectors(records, out, spec.format_name, lake)
        return build(environment, STORE_TRAFFIC, connectors, MetricSettings()).execute()
    created, insertion = statements(spec.query, records=records, out=out, format_name=spec.format_name)
    for statement in created:
        environment.execute_sql(statement)
    return environment.execute_sql(insertion)


def _cluster(spec: Spec) -> dict[str, str]:
    """As the local stack's task manager: RocksDB, incremental checkpoints, the same memory for state and network."""
    out = Path(spec.out)
    return {
        "parallelism.default": str(spec.parallelism),
        "taskmanager.numberOfTaskSlots": str(spec.parallelism),
        "taskmanager.memory.managed.size": spec.managed_memory,
        "taskmanager.memory.network.min": "317m",
        "taskmanager.memory.network.max": "317m",
        "state.backend.type": "rocksdb",
        "state.backend.rocksdb.writebuffer.size": "8mb",
        "execution.checkpointing.incremental": "true",
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.interval": spec.checkpoint_interval,
        "execution.checkpointing.dir": (out / "checkpoints").as_uri(),
        "restart-strategy.type": "none",
        "io.tmp.dirs": str(out / "tmp"),
        "rest.port": str(spec.rest_port),
        "rest.bind-port": str(spec.rest_port),
        "rest.address": "127.0.0.1",
        **(spec.options or {}),
    }


def _watch(result: TableResult, rest_port: int) -> dict[str, int]:
    """Wait for the job's end; returns what its checkpoints were like when last asked."""
    client = result.get_job_client()
    url = f"http://127.0.0.1:{rest_port}/jobs/{client.get_job_id()}/checkpoints"
    running = client.get_job_execution_result()
    known: dict[str, int] = {"checkpoints": 0, "checkpoint_ms_max": 0, "state_bytes_max": 0}
    while not running.done():
        time.sleep(_POLL_SECONDS)
        known = _checkpoints(url) or known
    return known


def _checkpoints(url: str) -> dict[str, int] | None:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            told: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return None
    summary = told["summary"]
    return {
        "checkpoints": told["counts"]["completed"],
        "checkpoint_ms_max": max(0, summary["end_to_end_duration"]["max"]),
        "state_bytes_max": max(0, summary["state_size"]["max"]),
    }


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[_USER_AND_SYSTEM])) / _TICKS


def _peak_rss_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
