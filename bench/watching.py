"""What is seen of a running job from outside, with as little work as possible for the machine that it runs on."""

from __future__ import annotations

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from contracts.tables import LIVE_ZONE
from local.errors import StackError
from local.pipeline import Pipeline
from local.stack import Stack
from local.waiting import wait_until

LOOK_SECONDS = 0.25
ASK_SECONDS = 2.0
"""How often Flink is asked how far it is; its own figures are about a second old."""
METRICS_SECONDS = 30
MEMORY = {
    "heap": "Status.JVM.Memory.Heap.Used",
    "managed": "Status.Flink.Memory.Managed.Used",
    "metaspace": "Status.JVM.Memory.Metaspace.Used",
    "direct": "Status.JVM.Memory.Direct.MemoryUsed",
}
"""Kinds of a TaskManager's memory, and Flink's metric of each."""

_TICKS = os.sysconf("SC_CLK_TCK")
# Places in /proc/PID/stat, counted from behind the program's name.
_GROUP, _USER, _SYSTEM = 2, 11, 12
_READ = re.compile(r"\d+\.Source__[^.]*\.numRecordsOut")


class Seen(NamedTuple):
    """An item was there at a look and not at the one before; both in milliseconds since 1970-01-01 UTC."""

    at_ms: int
    window_end_ms: int


class Asked(NamedTuple):
    """What Flink answered at an instant: records that have left the source, and bytes of memory by kind."""

    at_ms: int
    read: int
    memory_bytes: Mapping[str, int]


class Looks:
    """Looks at some items of `live_zone`, all with one request, and notes which window each is of."""

    def __init__(self, dynamodb: Any, keys: Sequence[tuple[str, str]]) -> None:
        asked = [{"store_id": {"S": store_id}, "zone_id": {"S": zone_id}} for store_id, zone_id in keys]
        columns = "store_id, zone_id, window_end_ms"
        self._request = {LIVE_ZONE.name: {"Keys": asked, "ProjectionExpression": columns, "ConsistentRead": True}}
        self._dynamodb = dynamodb
        self._newest_ms: dict[tuple[str, str], int] = {}
        self.seen: list[Seen] = []

    def go_on(self, *, until_ms: int, is_over: Callable[[], bool]) -> None:
        """Look every `LOOK_SECONDS` until an instant (milliseconds since 1970-01-01 UTC), or until it is over."""
        while now_ms() < until_ms and not is_over():
            began = time.monotonic()
            self.look(now_ms)
            time.sleep(max(0.0, LOOK_SECONDS - (time.monotonic() - began)))

    def look(self, now_ms: Callable[[], int]) -> None:
        """Look once."""
        items = self._dynamodb.batch_get_item(RequestItems=self._request)["Responses"][LIVE_ZONE.name]
        at_ms = now_ms()
        for item in items:
            key, window_end_ms = (item["store_id"]["S"], item["zone_id"]["S"]), int(item["window_end_ms"]["N"])
            if window_end_ms > self._newest_ms.get(key, 0):
                self._newest_ms[key] = window_end_ms
                self.seen.append(Seen(at_ms, window_end_ms))


class Questions:
    """A thread that asks Flink how far the job is and what memory it holds, until its block is left."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._get = pipeline.stack.flink.get
        self._source = self._source_metrics(f"/jobs/{pipeline.job_id}")
        manager = self._get("/taskmanagers")["taskmanagers"][0]["id"]
        self._memory = f"/taskmanagers/{manager}/metrics?get={','.join(MEMORY.values())}"
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, name="questions", daemon=True)
        self.asked: list[Asked] = []

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._thread.start()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ask no more."""
        self._is_over.set()
        self._thread.join()

    def wait_until_read(self, events: int, *, limit_seconds: float) -> None:
        """Ask in turn until the source has read so many, at most for so long."""
        self._is_over.set()
        self._thread.join()
        deadline = time.monotonic() + limit_seconds
        while time.monotonic() < deadline and (not self.asked or self.asked[-1].read < events):
            self.asked.append(self._ask())
            time.sleep(LOOK_SECONDS)

    def _ask_on(self) -> None:
        while not self._is_over.wait(ASK_SECONDS):
            try:
                self.asked.append(self._ask())
            except StackError:
                # Who waits for the job hears of its failure.
                return

    def _ask(self) -> Asked:
        read = sum(int(metric["value"]) for metric in self._get(self._source))
        told = {metric["id"]: int(metric["value"]) for metric in self._get(self._memory)}
        return Asked(now_ms(), read, {kind: told.get(name, 0) for kind, name in MEMORY.items()})

    def _source_metrics(self, job: str) -> str:
        """Return the address of the source's counters: asking for all metrics of a job is work for Flink."""
        vertices = self._get(job)["vertices"]
        path = next(f"{job}/vertices/{each['id']}/metrics" for each in vertices if each["name"].startswith("Source"))
        found: list[str] = []

        def are_known() -> bool:
            found[:] = [metric["id"] for metric in self._get(path) if _READ.fullmatch(metric["id"])]
            return bool(found)

        # Flink fetches a vertex's metrics only once somebody has asked for them.
        expected = "Flink to tell how many records the source has read"
        wait_until(are_known, seconds=METRICS_SECONDS, expected=expected, cure="See flink-taskmanager.log.")
        return f"{path}?get={','.join(found)}"


def peak_rss_bytes(process_id: int) -> int:
    """Return the most memory that a process has held so far."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Return the processor time so far of each program of the stack, of who looks, and of the whole machine."""
    ticks: Counter[int] = Counter()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # It has ended.
            continue
        ticks[int(fields[_GROUP])] += int(fields[_USER]) + int(fields[_SYSTEM])
    user, nice, system, _idle, _wait, irq, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    programs = {name: ticks[process.process_id] / _TICKS for name, process in stack.processes.items()}
    return {**programs, "looks": time.process_time(), "machine": (user + nice + system + irq + soft) / _TICKS}


def now_ms() -> int:
    """Return the time (milliseconds since 1970-01-01 UTC)."""
    return time.time_ns() // 1_000_000
