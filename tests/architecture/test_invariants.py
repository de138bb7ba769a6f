"""The invariants of ARCHITECTURE.md that are absences: each failure names the place and the cure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flink_jobs.jobs import TABLE_OPTIONS

ROOT = Path(__file__).resolve().parents[2]
FLINK_SIDE = ("contracts", "flink_jobs")
FLINK_IMPORTS = {"pyflink", *FLINK_SIDE, *sys.stdlib_module_names}
CLOCKS = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
# Composition roots read the clock and hand it on; the publisher's clock is an argument with a default.
MAY_READ_THE_CLOCK = {
    "demo/__main__.py",
    "edge/commands/preview.py",
    "edge/commands/run.py",
    "edge/commands/watch.py",
    "glue/__main__.py",
    "glue/importing/verbs.py",
    "glue/maintenance/verbs.py",
    "glue/rollup/verbs.py",
    "infra/batch/__main__.py",
    "infra/functions/freshness.py",
    "lambdas/alerts_command/__main__.py",
    "lambdas/dashboards/handler.py",
    "lambdas/notifier/__main__.py",
    "lambdas/notifier/handler.py",
    "storeq/__main__.py",
    "storeq/check_job.py",
}
PACKAGES = (
    "alert_lab",
    "contracts",
    "cost",
    "demo",
    "design",
    "edge",
    "flink_jobs",
    "glue",
    "infra",
    "lambdas",
    "local",
    "quicksight",
    "sim",
    "storeq",
)
ARCHITECTURE_LINES_MAX = 150


def modules(packages: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
    """Yield each module of the packages: path from the root and syntax tree."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top packages that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def clock_reads(tree: ast.Module) -> Iterator[int]:
    """Yield the lines at which a module calls a wall clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.func.attr) in CLOCKS:
                yield node.lineno


@pytest.mark.parametrize(
    ("path", "tree"), list(modules(FLINK_SIDE)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_flink_side_imports_little(path: str, tree: ast.Module) -> None:
    """Flink's Python environment has pyflink and nothing of ours but contracts and flink_jobs."""
    foreign = set(imported(tree)) - FLINK_IMPORTS
    assert not foreign, f"{path} imports {foreign}: use the standard library, or do it outside of flink_jobs"


def test_the_clock_is_read_at_the_edges() -> None:
    """Everything is in event time: only composition roots read the wall clock, so that replays agree."""
    reads = {
        f"{path}:{line}"
        for path, tree in modules(PACKAGES)
        if path not in MAY_READ_THE_CLOCK
        for line in clock_reads(tree)
    }
    assert not reads, f"{reads} read the wall clock: take the instant as an argument instead"


def test_job_sets_table_options_only() -> None:
    """Checkpoints, parallelism and the state backend are the cluster's: the managed service forbids them in code."""
    assert all(option.startswith("table.") or option == "pipeline.object-reuse" for option in TABLE_OPTIONS)
    source = "".join(path.read_text() for path in (ROOT / "flink_jobs").glob("*.py"))
    for forbidden in ("set_parallelism", "enable_checkpointing", "set_state_backend", "execution.checkpointing"):
        assert forbidden not in source


def test_job_creates_no_lake_table() -> None:
    """Lake tables come from glue/: a job that created one could create it otherwise than declared."""
    for path in (ROOT / "sql").rglob("*.sql"):
        assert "CREATE" not in path.read_text().upper(), path


def test_architecture_stays_a_map() -> None:
    """ARCHITECTURE.md is read in one sitting."""
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= ARCHITECTURE_LINES_MAX


def test_no_machine_is_named() -> None:
    """The repository records no registry's host and no path of somebody's machine."""
    for path in [ROOT / "package-lock.json", *(ROOT / "requirements").glob("*.txt")]:
        text = path.read_text()
        assert "resolved" not in text or path.suffix == ".txt", path
        assert "--index-url" not in text, path
        assert "file:///" not in text, path
