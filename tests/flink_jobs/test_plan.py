"""The plan that Flink makes of the job: what the hot path must be, and must never become."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from flink_jobs.jobs import STORE_TRAFFIC
from local.paths import BUILD, FLINK_PYTHON, JDK, ROOT


@pytest.fixture(scope="module")
def plan() -> str:
    """The optimized plan of `store_traffic`, with the real source and sinks that keep nothing."""
    explained = subprocess.run(
        [FLINK_PYTHON, "-m", "flink_jobs", "--explain", "--jar", BUILD / "jar/store-traffic.jar"],
        cwd=ROOT,
        env=os.environ | {"JAVA_HOME": str(JDK)},
        capture_output=True,
        text=True,
        check=True,
    )
    return explained.stdout.partition("== Optimized Physical Plan ==")[2].partition("== Optimized Execution")[0]


def operators(plan: str) -> set[str]:
    """Return the names of the operators in a plan."""
    return set(re.findall(r"([A-Z][A-Za-z]+)\(", plan))


def test_there_is_no_python_operator(plan: str) -> None:
    """The hot path is SQL and Java: the alert policy alone is Python, behind windowed rows."""
    assert not [name for name in operators(plan) if "Python" in name]


def test_nothing_keeps_state_without_end(plan: str) -> None:
    """Every aggregate has a window or a time to live, every join an interval: neither updates nor grows for ever."""
    assert "IntervalJoin" in operators(plan)
    assert not operators(plan) & {"GroupAggregate", "Join", "Rank", "ChangelogNormalize", "SinkMaterializer"}


def test_rows_are_only_added(plan: str) -> None:
    """No operator retracts: the lake is appended to."""
    assert set(re.findall(r"changelogMode=\[([^\]]*)\]", plan)) == {"I", "NONE"}


def test_the_stream_is_read_and_judged_once(plan: str) -> None:
    """One source, and one look at the watermark: two could disagree on which event is late."""
    assert len(set(re.findall(r"TableSourceScan\(.*", plan))) == 1
    assert len(set(re.findall(r"CURRENT_WATERMARK\([^)]*\)[^)]*\)", plan))) == 1


def test_every_table_is_written(plan: str) -> None:
    """The plan ends in one sink for each table of the job, and one that hands the signals to the alert policy."""
    sinks = re.findall(r"Sink\(table=\[[\w.]*\.(\w+)\]", plan)
    assert sorted(sinks) == sorted([*STORE_TRAFFIC.tables, "alert_signal_handed"])
