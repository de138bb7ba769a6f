"""Runs each contender on given records and checks what it answered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.checksum import Checksum, Row, aggregate_rows, canonical_rows, checksum, lake_rows, zone_minute_rows
from bench.inputs import Records
from bench.lake_tables import DATABASE, create_lake, lake_bytes
from bench.measurement import Measurement
from bench.programs import ProgramError, Ran, run
from local.paths import BUILD, FLINK_PYTHON, JDK, PROJECT_BINARIES, ROOT
from local.ports import free_ports

FOLDER = BUILD / "bench"
JAR = BUILD / "jar" / "store-traffic.jar"
PEERS_PYTHON = FOLDER / "venv" / "bin" / "python"
CORES = 2

_JVM = "-Xmx2g -XX:+UseParallelGC"


@dataclass(frozen=True, slots=True)
class Expected:
    """The right answer about some records: its checksum, and how many snapshots and zones there are."""

    result: Checksum
    snapshots: int
    zones: int


@dataclass(frozen=True, slots=True)
class FlinkContender:
    """One query on Flink, with one format and one kind of sinks."""

    name: str
    group: str
    query: Literal["full", "aggregate", "aggregate by store", "scan"]
    format_name: Literal["inference", "json"] = "inference"
    has_lake: bool = False
    parallelism: int = CORES
    options: tuple[tuple[str, str], ...] = ()
    jvm_options: tuple[str, ...] = ()

    def measure(self, records: Records, expected: Expected | None, *, limit_seconds: float) -> Measurement:
        """Run it on the records; a failure or a wrong answer is in the measurement."""
        work = _fresh(FOLDER / "work" / "flink")
        (work / "tmp").mkdir()
        spec = self._spec(records, work)
        if self.has_lake:
            create_lake(work / "lake")
        try:
            ran = run(
                [FLINK_PYTHON, "-m", "bench.flink", json.dumps(spec)],
                cwd=ROOT,
                environment={
                    "JAVA_HOME": str(JDK),
                    "JVM_ARGS": " ".join((_JVM, *self.jvm_options)),
                    "PYTHONWARNINGS": "ignore",
                    # On the class path: generated code that names our classes is compiled outside a job's class loader.
                    "HADOOP_CLASSPATH": str(JAR),
                },
                limit_seconds=limit_seconds,
            )
            taken: dict[str, Any] = json.loads(ran.last_line)
        except (ProgramError, ValueError) as problem:
            return _failed(self.name, self.group, records, str(problem))
        details = {name: taken[name] for name in ("checkpoints", "checkpoint_ms_max", "state_bytes_max")}
        if self.has_lake:
            details["lake_bytes"] = lake_bytes(work / "lake")
        wrong = None if expected is None else self._wrong(work, expected)
        shutil.rmtree(work)
        return Measurement(
            name=self.name,
            group=self.group,
            records=records.count,
            run_seconds=taken["run_seconds"],
            total_seconds=ran.seconds,
            cpu_seconds=taken["cpu_seconds"],
            warm_records=taken["warm_records"],
            warm_seconds=taken["warm_seconds"],
            warm_cpu_seconds=taken["warm_cpu_seconds"],
            peak_rss_bytes=taken["peak_rss_bytes"],
            other_cores=ran.other_cores,
            failure=wrong,
            details=details,
        )

    def _spec(self, records: Records, work: Path) -> dict[str, object]:
        return {
            "query": self.query,
            "format_name": self.format_name,
            "records": str(records.folder),
            "count": records.count,
            "out": str(work),
            "parallelism": self.parallelism,
            "rest_port": free_ports(1)[0],
            "lake": str(work / "lake") if self.has_lake else None,
            "options": dict(self.options),
        }

    def _wrong(self, work: Path, expected: Expected) -> str | None:
        if self.query == "scan":
            came = "".join(path.read_text() for path in _parts(work / "result")).strip()
            wanted = f"{expected.snapshots},{expected.zones}"
            return None if came == wanted else f"expected {wanted} snapshots and zones, came {came or 'nothing'}"
        if self.has_lake:
            return wrong_result(lake_rows(work / "lake" / DATABASE), expected.result)
        rows = zone_minute_rows if self.query == "full" else aggregate_rows
        return wrong_result(rows(work / "result"), expected.result)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program of `bench/peers`; writes canonical lines."""

    name: str
    group: str
    command: Callable[[Path, Path], tuple[str | Path, ...]]
    environment: Callable[[Path, Path], dict[str, str]] = lambda _records, _result: {}

    def measure(self, records: Records, expected: Expected | None, *, limit_seconds: float) -> Measurement:
        """Run it on the records; a failure or a wrong answer is in the measurement."""
        result = _fresh(FOLDER / "work" / "peer")
        try:
            ran = run(
                self.command(records.folder, result),
                cwd=ROOT,
                environment=self.environment(records.folder, result),
                limit_seconds=limit_seconds,
            )
        except ProgramError as problem:
            return _failed(self.name, self.group, records, str(problem))
        wrong = None if expected is None else wrong_result(canonical_rows(result), expected.result)
        shutil.rmtree(result)
        return _measured(self, records, ran, wrong)


def expected_of(records: Records, *, zones: int) -> Expected:
    """Return the right answer, as the plain loop finds it: the other contenders are compared with it."""
    result = _fresh(FOLDER / "work" / "expected")
    run([*_plain_loop(records.folder, result)], cwd=ROOT, limit_seconds=600)
    right = checksum(canonical_rows(result))
    shutil.rmtree(result)
    return Expected(result=right, snapshots=records.count, zones=records.count * zones)


def wrong_result(rows: Iterable[Row], expected: Checksum) -> str | None:
    """Return what is wrong with a result, or None."""
    came = checksum(rows)
    if came == expected:
        return None
    return (
        f"wrong result: expected {expected.rows} rows of {expected.digest[:12]}, came {came.rows} of {came.digest[:12]}"
    )


def _plain_loop(records: Path, result: Path) -> tuple[str | Path, ...]:
    return PROJECT_BINARIES / "python", "-m", "bench.peers.plain_loop", records, result / "all.csv"


def _duckdb(records: Path, result: Path) -> tuple[str | Path, ...]:
    return PROJECT_BINARIES / "python", "-m", "bench.peers.duckdb_batch", records, result / "all.csv", str(CORES)


def _bytewax(_records: Path, _result: Path) -> tuple[str | Path, ...]:
    return PEERS_PYTHON, "-m", "bench.peers.two_bytewax"


def _bytewax_environment(records: Path, result: Path) -> dict[str, str]:
    return {"BENCH_RECORDS": str(records), "BENCH_RESULT": str(result)}


def _quixstreams(records: Path, result: Path) -> tuple[str | Path, ...]:
    return PEERS_PYTHON, "-W", "ignore", "-m", "bench.peers.quixstreams_job", records, result / "all.csv"


PEERS = (
    Peer("DuckDB, batch, 2 threads", "peers", _duckdb),
    Peer("plain Python loop, 1 core", "peers", _plain_loop),
    Peer("Bytewax, 2 processes", "peers", _bytewax, _bytewax_environment),
    Peer("Quix Streams", "peers", _quixstreams),
)


def _measured(peer: Peer, records: Records, ran: Ran, wrong: str | None) -> Measurement:
    return Measurement(
        name=peer.name,
        group=peer.group,
        records=records.count,
        run_seconds=ran.seconds,
        total_seconds=ran.seconds,
        cpu_seconds=ran.cpu_seconds,
        peak_rss_bytes=ran.peak_rss_bytes,
        other_cores=ran.other_cores,
        failure=wrong,
    )


def _failed(name: str, group: str, records: Records, problem: str) -> Measurement:
    return Measurement(name=name, group=group, records=records.count, failure=problem)


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
