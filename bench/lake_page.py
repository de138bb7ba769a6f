"""The page about what questions of the lake cost, from the figures of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MEGABYTE = 1_000_000
DAY_BYTES_MAX = 10 * MEGABYTE
SEASON_SECONDS_MAX = 2.0
FILES_MAX = 25
Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Something that the lake has to keep, and how it stands."""

    name: str
    wanted: str
    came: str
    is_met: bool


def targets(figures: Figures) -> list[Target]:
    """Return how a run stands to what is wanted after maintenance."""
    day = figures["after"][0]
    seasons = [scan for scan in figures["after"] if scan["question"].startswith("A season")]
    files = max(table["files_of_partition_max"] for table in figures["tables_after"].values())
    return [
        Target(
            "A day of one store, read",
            f"at most {DAY_BYTES_MAX / MEGABYTE:.0f} MB",
            _megabytes(day["bytes_read"]),
            day["bytes_read"] <= DAY_BYTES_MAX,
        ),
        *(
            Target(
                scan["question"],
                f"at most {SEASON_SECONDS_MAX:.0f} s on 2 cores",
                f"{_alone_seconds(scan):.2f} s",
                _alone_seconds(scan) <= SEASON_SECONDS_MAX,
            )
            for scan in seasons
        ),
        Target("Files of a table and day or month", f"at most {FILES_MAX}", str(files), files <= FILES_MAX),
    ]


def render(figures: Figures) -> str:
    """Return the page."""
    parts = (*_introduction(figures), *_answers(figures), *_layout(figures), *_on_trino(figures), *_method(), "")
    return "\n".join(parts)


def _introduction(figures: Figures) -> Iterator[str]:
    hours, minutes = figures["hours"], figures["minutes"]
    yield "# What questions of the lake cost"
    yield ""
    yield "<!-- Written by `python -m bench.lake`; do not edit. -->"
    yield ""
    yield (
        f"{figures['stores']} stores, {figures['first']} to {figures['last']}, made by `sim/history`: "
        f"{hours['rows']:,} rows of local hours, and {minutes['rows']:,} rows of minutes of {minutes['days']} day "
        f"to {minutes['date']} (UTC). "
        f"Measured on {figures['machine']}, DuckDB {figures['duckdb']} with 2 threads, on local disk."
    )
    yield ""
    yield from _table(
        ("after maintenance", "wanted", "came", "met"),
        ((each.name, each.wanted, each.came, "yes" if each.is_met else "**no**") for each in targets(figures)),
    )


def _answers(figures: Figures) -> Iterator[str]:
    yield "## Before and after maintenance"
    yield ""
    yield (
        "Before: minutes lie as the stream writes them, a file a minute; hours of the latest season in a file a day, "
        "as a roll-up each night leaves them. After: compacted and sorted by store (`python -m glue maintain`)."
    )
    yield ""
    yield from _table(
        ("question", *(name for name, _ in _SHOWN)),
        (
            (before["question"], *(f"{shown(before)} → {shown(after)}" for _, shown in _SHOWN))
            for before, after in zip(figures["before"], figures["after"], strict=True)
        ),
    )


_SHOWN: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("files", lambda scan: f"{scan['files']:,}"),
    ("MB read", lambda scan: f"{scan['bytes_read'] / MEGABYTE:.1f}"),
    ("row groups", lambda scan: f"{scan['row_groups_read']:,} of {scan['row_groups']:,}"),
    ("seconds", lambda scan: f"{scan['seconds']:.2f}"),
    ("seconds of cores", lambda scan: f"{scan['cpu_seconds']:.2f}"),
    ("planning", lambda scan: f"{scan['plan_seconds']:.2f}"),
)


def _layout(figures: Figures) -> Iterator[str]:
    yield "## Tables"
    yield ""
    cost = {done["table"]: done for done in figures["compaction"]}
    yield from _table(
        ("table", "rows", "files", "most in a day or month", "MB", "bytes a row", "compaction, seconds of cores"),
        (
            (
                f"`{name}`",
                f"{after['rows']:,}",
                f"{before['files']:,} → {after['files']:,}",
                f"{before['files_of_partition_max']:,} → {after['files_of_partition_max']:,}",
                f"{before['bytes'] / MEGABYTE:,.1f} → {after['bytes'] / MEGABYTE:,.1f}",
                f"{after['bytes'] / max(1, after['rows']):.1f}",
                f"{cost[name]['cpu_seconds']:.1f}",
            )
            for name, before, after in (
                (name, figures["tables_before"][name], after) for name, after in figures["tables_after"].items()
            )
        ),
    )
    took = figures["hours"]
    yield (
        f"The hours were made and written in {took['cpu_seconds']:,.0f} seconds of cores: "
        f"{took['rows'] / took['cpu_seconds']:,.0f} rows a second."
    )
    yield ""


def _on_trino(figures: Figures) -> Iterator[str]:
    yield "## On Trino"
    yield ""
    if "trino" not in figures:
        yield "Not measured: `python -m bench.lake_trino` does it."
        yield ""
        return
    of_trino = figures["trino"]
    yield (
        f"The same questions of {of_trino['stores']} stores on Trino 476, over a double of S3 in one process, before "
        f"and after maintenance (minutes in files of {of_trino['file_minutes']} minutes): bytes are as Trino counts "
        "them, which is what Athena charges by; seconds tell of the double rather than of S3."
    )
    yield ""
    yield from _table(
        ("question", "MB read", "splits", "seconds", "seconds of cores"),
        (
            (
                before["question"],
                f"{before['bytes_read'] / MEGABYTE:.1f} → {after['bytes_read'] / MEGABYTE:.1f}",
                f"{before['splits']:,} → {after['splits']:,}",
                f"{before['seconds']:.2f} → {after['seconds']:.2f}",
                f"{before['cpu_seconds']:.2f} → {after['cpu_seconds']:.2f}",
            )
            for before, after in zip(of_trino["before"], of_trino["after"], strict=True)
        ),
    )


def _method() -> Iterator[str]:
    yield "## How it is measured"
    yield ""
    yield from (
        "- pyiceberg plans the files by their bounds, and DuckDB reads them by `read_parquet`, as `storeq` does: no",
        "  copy, and row groups are skipped by their bounds too. `planning` is the seconds of pyiceberg alone.",
        "- `MB read` is `total_bytes_read` of DuckDB's profiler with its cache of files off: each byte asked of the",
        "  files, footers included, as often as it was asked for. A table that a question reads twice counts twice.",
        "- Seconds are medians of 3 runs, each on a new connection; files are in the operating system's memory. Other",
        "  programs may have run besides: alone, a question takes no longer than its seconds of cores, which the",
        "  targets are compared with where these are less.",
        "- The comparison of a season is `sql/athena/season_comparison.sql` with all that it builds on.",
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / MEGABYTE:.1f} MB"


def _alone_seconds(scan: Figures) -> float:
    """Return the longest that a question takes where no other program runs: it never waits for a disk."""
    return float(min(scan["seconds"], scan["cpu_seconds"]))
