"""`python -m bench.flink SPEC`: run one contender on a cluster within this process, and print what it took as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, replace
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
# Asked more often, the answers themselves take a tenth of the processor.
_ASK_SECONDS = 2.0
_TICKS = os.sysconf("SC_CLK_TCK")
_USER_AND_SYSTEM = slice(11, 13)


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run: `query` is full, aggregate or scan; `lake` is the folder of an Iceberg catalog, if any.

    `count` is the number of records; `options` are Flink's own and win over everything else.
    """

    query: str
    format_name: str
    records: str
    count: int
    out: str
    parallelism: int
    rest_port: int
    lake: str | None = None
    managed_memory: str = "1587m"
    checkpoint_interval: str = "10s"
    options: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took; processor seconds are those while the job ran, memory is the whole process's greatest.

    The warm figures are those from when half of the records were read to the end: by then most code is compiled.
    """

    run_seconds: float
    cpu_seconds: float
    warm_records: int
    warm_seconds: float
    warm_cpu_seconds: float
    peak_rss_bytes: int
    checkpoints: int
    checkpoint_ms_max: int
    state_bytes_max: int


def main() -> None:
    """Run what the specification says."""
    spec = Spec(**json.loads(sys.argv[1]))
    environment, _ = create_environment(STORE_TRAFFIC, _cluster(spec))
    for option, value in (spec.options or {}).items():
        environment.get_config().set(option, value)
    pid = int(get_gateway().jvm.java.lang.ProcessHandle.current().pid())
    result = _submit(environment, spec)
    # Planning and code generation are over; with forty operators they take seconds.
    url = f"http://127.0.0.1:{spec.rest_port}/jobs/{result.get_job_client().get_job_id()}/checkpoints"
    watch = _Watch(pid, url, Path(spec.records))
    running = result.get_job_client().get_job_execution_result()
    while not running.done():
        time.sleep(_POLL_SECONDS)
        watch.look()
    print(json.dumps(asdict(watch.taken(running.result().get_net_runtime() / 1000, spec.count))))


class _Watch:
    """Looks at a running job: its checkpoints, and when half of its input was read."""

    def __init__(self, pid: int, checkpoints_url: str, records: Path) -> None:
        self._pid = pid
        self._url = checkpoints_url
        self._files = {str(path.resolve()): path.stat().st_size for path in records.glob("*.jsonl")}
        self._read = dict.fromkeys(self._files, 0)
        self._asked = 0.0
        self._cpu_before = _cpu_seconds(pid)
        self._half: tuple[float, float, float] | None = None
        self._checkpoints = {"checkpoints": 0, "checkpoint_ms_max": 0, "state_bytes_max": 0}

    def look(self) -> None:
        """Note how far the job has come."""
        share_read = self._share_read()
        if share_read >= 1 / 2 and not self._half:
            self._half = share_read, time.monotonic(), _cpu_seconds(self._pid)
        if time.monotonic() - self._asked >= _ASK_SECONDS:
            self._asked = time.monotonic()
            self._checkpoints = _checkpoints(self._url) or self._checkpoints

    def taken(self, run_seconds: float, count: int) -> Taken:
        """Return what the run took; the job, which had so many records, has ended."""
        cpu_seconds = _cpu_seconds(self._pid)
        share_read, since, cpu_before = self._half or (1.0, time.monotonic(), cpu_seconds)
        return Taken(
            run_seconds=run_seconds,
            cpu_seconds=cpu_seconds - self._cpu_before,
            warm_records=round(count * (1 - share_read)),
            warm_seconds=time.monotonic() - since,
            warm_cpu_seconds=cpu_seconds - cpu_before,
            peak_rss_bytes=_peak_rss_bytes(self._pid),
            **self._checkpoints,
        )

    def _share_read(self) -> float:
        """Return how much of the input was read, by the places at which the process has its files open."""
        for descriptor in Path(f"/proc/{self._pid}/fd").iterdir():
            try:
                path = str(descriptor.readlink())
                if path in self._files:
                    place = (descriptor.parent.parent / "fdinfo" / descriptor.name).read_text()
                    self._read[path] = max(self._read[path], int(place.split()[1]))
            except OSError:  # It was closed.
                continue
        return sum(self._read.values()) / sum(self._files.values())


def _checkpoints(url: str) -> dict[str, int] | None:
    """Ask the cluster, which may not answer any more."""
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


def _submit(environment: TableEnvironment, spec: Spec) -> TableResult:
    records, out = Path(spec.records), Path(spec.out)
    if spec.query == "full":
        lake = None if spec.lake is None else Path(spec.lake)
        connectors = BenchConnectors(records, out, spec.format_name, lake)
        # The peers have no alerts; `bench.alerts` measures them.
        job = replace(STORE_TRAFFIC, has_alerts=False)
        return build(environment, job, connectors, MetricSettings()).statements.execute()
    for name, java_class in STORE_TRAFFIC.functions:
        environment.create_java_temporary_system_function(name, java_class)
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
        "metrics.fetcher.update-interval": "1000",
        "rest.port": str(spec.rest_port),
        "rest.bind-port": str(spec.rest_port),
        "rest.address": "127.0.0.1",
    }


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[_USER_AND_SYSTEM])) / _TICKS


def _peak_rss_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
