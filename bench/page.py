"""`python -m bench.page`: puts the tables of the last `make bench` into `docs/performance.md`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.contenders import FOLDER
from bench.report import DISTURBED_CORES
from local.paths import ROOT

REPORT = FOLDER / "report.json"
PAGE = ROOT / "docs" / "performance.md"
USAGE_ERROR = 2

Row = Mapping[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Fill the page; returns 0, or 2 where there is no report."""
    parser = argparse.ArgumentParser(prog="bench.page", description=__doc__)
    parser.add_argument("--report", type=Path, default=REPORT, help="of the benchmark (default: that of `make bench`)")
    path = parser.parse_args(arguments).report
    if not path.exists():
        print(f"expected a report at {path}, came none; run `make bench`", file=sys.stderr)
        return USAGE_ERROR
    PAGE.write_text(fill(PAGE.read_text(), render(json.loads(path.read_text()))))
    return 0


def render(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the tables as Markdown, by the name of their place in the page."""
    return {
        "ratios": _ratios(report["ratios"]),
        "contenders": _contenders(report["measurements"]),
        "amounts": "\n".join(f"- {name}: {value:,.1f}" for name, value in report["amounts"].items()),
        "latency": _latencies(report["latencies"]),
        "forms": _forms(report["encodings"]),
    }


def fill(page: str, tables: Mapping[str, str]) -> str:
    """Return the page with each table between its markers, `<!-- name -->` and `<!-- /name -->`.

    Raises:
        ValueError: the page has no place for a table.
    """
    for name, text in tables.items():
        before, opening, rest = page.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        if not closing:
            raise ValueError(f"expected a place for the table {name}, came none; add its two markers to the page")
        page = f"{before}{opening}{text}\n{closing}{after}"
    return page


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: set[int]) -> str:
    """Return a table; the columns named in `right` are aligned to the right."""
    rule = ["---:" if column in right else "---" for column in range(len(headings))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def _ratios(ratios: Sequence[Row]) -> str:
    headings = ("ratio", "once warm", "whole run", "by processor time", "target", "")
    return markdown_table(headings, [_ratio(each) for each in ratios], right={1, 2, 3, 4})


def _ratio(each: Row) -> Sequence[str]:
    target, is_met = each["target"], each["target"] is not None and each["warm"] >= each["target"]
    said = "" if target is None else "met" if is_met else "**missed**"
    figures = (f"{each[name]:.2f}" for name in ("warm", "wall", "cpu"))
    return (each["name"], *figures, "" if target is None else f"{target:g}", said)


def _contenders(measurements: Sequence[Row]) -> str:
    headings = (
        "contender",
        "records/s, once warm",
        "whole run",
        "run s",
        "processor ms a record, once warm",
        "whole run",
        "peak MB",
        "longest checkpoint s",
        "state MB",
        "",
    )
    return markdown_table(headings, [_contender(each) for each in measurements], right=set(range(1, 9)))


def _contender(each: Row) -> Sequence[str]:
    if each["failure"]:
        return (each["name"], *[""] * 8, each["failure"])
    told = each["details"] or {}
    has_checkpoints = bool(told.get("checkpoints"))
    return (
        each["name"],
        f"{each['warm_records_per_second']:,.0f}",
        f"{each['records_per_second']:,.0f}",
        f"{each['run_seconds']:.1f}",
        f"{each['warm_cpu_ms_per_record']:.3f}",
        f"{each['cpu_ms_per_record']:.3f}",
        f"{each['peak_rss_bytes'] / 1e6:,.0f}",
        f"{told['checkpoint_ms_max'] / 1000:.1f}" if has_checkpoints else "",
        f"{told['state_bytes_max'] / 1e6:.1f}" if has_checkpoints else "",
        f"others took {each['other_cores']:.2f} cores" if each["other_cores"] > DISTURBED_CORES else "",
    )


def _latencies(latencies: Sequence[Row]) -> str:
    headings = (
        "stores",
        "events/s",
        "p50 s",
        "p95 s",
        "p99 s",
        "p95 beyond the watermark s",
        "TaskManager peak MB",
        "its cores",
        "all cores",
        "longest checkpoint s",
        "state MB",
        "",
    )
    return markdown_table(headings, [_latency(each) for each in latencies], right=set(range(11)))


def _latency(each: Row) -> Sequence[str]:
    seconds = (f"{each[name] / 1000:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms", "after_watermark_p95_ms"))
    return (
        f"{each['stores']:,}",
        f"{each['events_per_second']:,.0f}",
        *seconds,
        f"{each['peak_rss_bytes'] / 1e6:,.0f}",
        *(f"{each['cores'].get(name, 0.0):.2f}" for name in ("flink-taskmanager", "machine")),
        f"{each['checkpoint_ms_max'] / 1000:.1f}",
        f"{each['state_bytes_max'] / 1e6:.0f}",
        each["failure"] or "",
    )


def _forms(forms: Sequence[Row]) -> str:
    headings = ("form", "bytes", "billed", "to write us", "to unpack us", "$ a device and month")
    rows = [
        (
            each["name"],
            *(f"{each[name]:,.0f}" for name in ("bytes_per_snapshot", "billed_bytes_per_snapshot")),
            *(f"{each[name]:,.0f}" for name in ("write_us", "unpack_us")),
            f"{each['usd_per_store_month']:.3f}",
        )
        for each in forms
    ]
    return markdown_table(headings, rows, right=set(range(1, 6)))


if __name__ == "__main__":
    sys.exit(main())
