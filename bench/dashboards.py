"""`python -m bench.dashboards`: how soon the local dashboards show something, and how soon they follow a choice.

It opens every page of a site (`make dashboards`) in Chromium on this machine, several times each, as from a disk:
first paint, first answer (the sentence and its figures), all that is in sight; then it chooses a region, a period and a
store, and takes the time until what is in sight is drawn. Figures go to `build/bench/dashboards.json`, and from there
to `docs/dashboards-performance.md`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench.contenders import FOLDER
from bench.resources import this_machine
from quicksight.dashboards import DASHBOARDS
from quicksight.preview.browser import UPDATES, browser, opened, updates, wait_until_settled

SITE = Path("build/dashboards/history")
REPORT = FOLDER / "dashboards.json"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "dashboards-performance.md"
RUNS = 5
FIRST_PAINT_MS_MAX = 1500
CHANGE_MS_MAX = 300
CHOICES = ("region", "period", "store", "compare_with")
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
ANSWER = "performance.getEntriesByName('first-answer')[0]?.startTime ?? null"
DURATION = f"{UPDATES}.at(-1).duration"
USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the page; returns 0, 1 when a target is missed, 2 without a site."""
    options = _parser().parse_args(arguments)
    if not (options.site / "regional-overview.html").is_file():
        print(f"expected a site in {options.site}, came none: run `make dashboards`", file=sys.stderr)
        return USAGE_ERROR
    with browser() as started:
        pages = {dashboard.name: measured(started, options.site, dashboard.name) for dashboard in DASHBOARDS}
    figures = {"machine": str(this_machine(FOLDER)), "runs": RUNS, "pages": pages}
    FOLDER.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(render(figures), encoding="utf-8")
    print(f"Figures in {REPORT}, page in {PAGE}")
    return 0 if all(map(_is_met, pages.values())) else 1


def measured(started: Browser, site: Path, name: str) -> dict[str, Any]:
    """Return the medians of a page's times in milliseconds, and the longest change."""
    loads = [_load(started, site / f"{name}.html") for _ in range(RUNS)]
    changes = _changes(started, site / f"{name}.html")
    return {
        "paint_ms": statistics.median(load["paint_ms"] for load in loads),
        "answer_ms": statistics.median(load["answer_ms"] for load in loads),
        "ready_ms": statistics.median(load["ready_ms"] for load in loads),
        "changes_ms": {control: statistics.median(times) for control, times in changes.items()},
        "change_ms_max": max((time for times in changes.values() for time in times), default=0.0),
    }


def _load(started: Browser, page_file: Path) -> dict[str, float]:
    page = opened(started, page_file)
    found = {
        "paint_ms": float(page.evaluate(PAINT)),
        "answer_ms": float(page.evaluate(ANSWER)),
        "ready_ms": float(page.evaluate("performance.now()")),
    }
    page.close()
    return found


def _changes(started: Browser, page_file: Path) -> dict[str, list[float]]:
    page = opened(started, page_file)
    found = {control: list(_changed(page, control)) for control in CHOICES}
    page.close()
    return {control: times for control, times in found.items() if times}


def _changed(page: Page, control: str) -> Iterator[float]:
    """Choose some values of a control, one after the other, and give how long each took."""
    select = f"[data-control={control}]"
    if not page.locator(select).count():
        return
    values = page.eval_on_selector(select, "(select) => [...select.options].map((option) => option.value)")
    now = page.input_value(select)
    for value in [value for value in values if value != now][:RUNS]:
        before = updates(page)
        page.select_option(select, value)
        wait_until_settled(page, before)
        yield float(page.evaluate(DURATION))


def render(figures: dict[str, Any]) -> str:
    """Return the page of figures."""
    rows = "\n".join(
        f"| {name} | {page['paint_ms']:,.0f} | {page['answer_ms']:,.0f} | {page['ready_ms']:,.0f} | "
        f"{_worst_control(page)} | {page['change_ms_max']:,.0f} | {'yes' if _is_met(page) else 'no'} |"
        for name, page in figures["pages"].items()
    )
    return f"""# How soon the dashboards show something

<!-- Written by `python -m bench.dashboards`; do not edit. -->

The pages of `make dashboards` over the made-up chain, opened from disk in Chromium on {figures["machine"]}; medians of
{figures["runs"]} runs, in milliseconds. Wanted: the first paint within {FIRST_PAINT_MS_MAX:,} ms, what is in sight
after a choice within {CHANGE_MS_MAX} ms.

| dashboard | first paint | first answer | all in sight | slowest control | slowest choice | met |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

- First paint is Chromium's own (first contentful paint). The first answer is the sentence and its figures: rows of
  all stores are read by then. All in sight counts charts too.
- A choice is of a region, a period, a store, and of what is compared with; the first choice of a store reads that
  store's file.
"""


def _worst_control(page: dict[str, Any]) -> str:
    if not page["changes_ms"]:
        return "–"
    control, time = max(page["changes_ms"].items(), key=lambda item: item[1])
    return f"{time:,.0f} ({control.replace('_', ' ')})"


def _is_met(page: dict[str, Any]) -> bool:
    slowest = max(page["changes_ms"].values(), default=0.0)
    return bool(page["paint_ms"] <= FIRST_PAINT_MS_MAX and slowest <= CHANGE_MS_MAX)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench.dashboards", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--site", type=Path, default=SITE, help=f"a lake's folder of the site [{SITE}]")
    return parser


if __name__ == "__main__":
    sys.exit(main())
