"""The pages' program: its types, its own tests, and what it builds to."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.quicksight.web.conftest import ROOT, WEB, run_node

MOST_BYTES_BEFORE_THE_ANSWER = 120_000
"""Script and style that must be there before the first figure: ECharts and outlines come later."""


def test_types_are_strict() -> None:
    """The program passes TypeScript's strict checks."""
    done = run_node(ROOT / "node_modules" / "typescript" / "bin" / "tsc", "--project", WEB)
    assert done.returncode == 0, done.stdout


def test_sources_are_in_the_projects_format() -> None:
    """The sources are as prettier writes them: `npx prettier --write quicksight/preview/web`."""
    done = run_node(ROOT / "node_modules" / "prettier" / "bin" / "prettier.cjs", "--check", WEB)
    assert done.returncode == 0, done.stderr


def test_rules_of_the_page() -> None:
    """Figures, choices, words and tables follow the rules that node's own tests name."""
    done = run_node("--test", f"{WEB}/test/*.test.ts")
    assert done.returncode == 0, done.stdout
    assert re.search(r"pass [5-9]\d", done.stdout), done.stdout


def test_the_answer_needs_little(site: Path) -> None:
    """What a page loads before its first answer is small; charts and outlines are files of their own."""
    assets = site / "assets"
    early = sum((assets / name).stat().st_size for name in ("dashboards.js", "dashboards.css"))
    assert early <= MOST_BYTES_BEFORE_THE_ANSWER
    assert {path.name for path in assets.iterdir()} == {"dashboards.js", "dashboards.css", "echarts.js", "countries.js"}


def test_nothing_runs_from_text(site: Path) -> None:
    """The program works under a strict content security policy: it never runs text as code."""
    assert not re.search(
        r"[^\w.]eval\(|new Function\(", (site / "assets" / "dashboards.js").read_text(encoding="utf-8")
    )


def test_an_unknown_country_is_told(tmp_path: Path) -> None:
    """A country without an outline is named, and the rest is built."""
    done = run_node(WEB / "build.mjs", tmp_path, "--countries", "GB,XX")
    assert done.returncode == 0
    assert "No outline of XX" in done.stderr
    assert "United Kingdom" in (tmp_path / "countries.js").read_text(encoding="utf-8")


def test_a_missing_folder_is_told() -> None:
    """Without a folder to write to, the command says how it is called."""
    done = run_node(WEB / "build.mjs")
    assert done.returncode == 2
    assert "build.mjs OUT" in done.stderr


def test_figures_without_a_browser(site: Path) -> None:
    """The command gives the rows of every visual under a choice, from the same files that the page reads."""
    choice = json.dumps({"region": "North", "period": "2026-10"})
    done = run_node(WEB / "evaluate-cli.mjs", site / "sample", "sample", choice)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (all_stores,) = told["visuals"]["visitors"]["rows"]
    stores = told["visuals"]["stores"]["rows"]
    assert all_stores["visitors"] == sum(row["visitors"] for row in stores)
    assert told["headline"]["figures"]["visitors"]["value"] == all_stores["visitors"]
    assert told["visuals"]["lacking"]["state"] == "problem"
