"""What a document tells a reader to run, open or follow is there: commands, files, links and their sections."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
MADE = ("build/", "dist/")
"""Folders whose files are there after a command only."""
FOLDERS = (
    "alert_lab|bench|contracts|cost|demo|design|docs|edge|flink_jobs|glue|infra|lambdas|local|packaging|quicksight"
    "|requirements|scripts|sim|sql|storeq|tests"
)
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*[\w/])`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?:^|[`\s(])make ([a-z][a-z-]+)(?=[`\s.,:;)=]|$)", re.MULTILINE)
MODULE = re.compile(r"python3? -m ([a-z_][\w.]*)")
COMMAND = re.compile(r"(?:^|`)(edge|sim|storeq|alerts) ([a-z][a-z-]*)", re.MULTILINE)
VERB = re.compile(r"python -m (glue|infra|lambdas\.alerts_command|lambdas\.notifier|sim|storeq) ([a-z][a-z-]*)")
NOT_OURS = {"venv", "pytest", "mypy", "ruff", "pip"}
PROSE = {"it", "one", "sure", "up", "the", "few", "of", "a", "room", "windows", "zones"}
"""Words that follow the verb in a sentence."""


def names(pages: list[Path]) -> list[str]:
    """Return how the pages are called in a test's name."""
    return [page.relative_to(ROOT).as_posix() for page in pages]


@cache
def targets() -> set[str]:
    """Return what `make` can make."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@cache
def scripts() -> dict[str, str]:
    """Return our commands: name and module."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    return {name: place.partition(":")[0] for name, place in told.items()}


@cache
def help_of(module: str) -> str:
    """Return what a command says of itself."""
    command = [str(ROOT / ".venv/bin/python"), "-m", module.removesuffix(".__main__"), "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


@cache
def anchors(page: Path) -> set[str]:
    """Return the sections of a page, as a link names them."""
    return {_slug(heading) for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)}


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def code_of(page: Path) -> str:
    """Return what stands in blocks of code and between backticks: what a reader may type."""
    text = page.read_text()
    blocks = re.findall(r"^[ ]*```\w*\n(.*?)^[ ]*```", text, re.MULTILINE | re.DOTALL)
    return "\n".join((*blocks, *(f"`{code}`" for code in re.findall(r"`([^`\n]+)`", text))))


def broken_links(page: Path) -> Iterator[str]:
    """Yield links within the project that lead nowhere."""
    for target in LINK.findall(page.read_text()):
        path, _, section = target.partition("#")
        if target.startswith(("http", "mailto:")):
            continue
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (section and linked.suffix == ".md" and section not in anchors(linked)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_links_lead_somewhere(page: Path) -> None:
    """Files, folders and sections that a link names exist."""
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_paths_exist(page: Path) -> None:
    """A path between backticks is that of a file or folder of the project."""
    told = {path for path in PATH.findall(page.read_text()) if not path.startswith(MADE)}
    assert {path for path in told if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_make_targets_exist(page: Path) -> None:
    """What a reader is told to make, `make` knows."""
    assert set(MAKE.findall(code_of(page))) - targets() - PROSE == set()


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_modules_exist(page: Path) -> None:
    """What a reader is told to run by `python -m` can be found."""
    told = {module.rstrip(".") for module in MODULE.findall(page.read_text())} - NOT_OURS
    assert {module for module in told if importlib.util.find_spec(module) is None} == set()


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_verbs_of_our_commands_exist(page: Path) -> None:
    """`edge doctor`, `python -m glue apply`: the command's own help has the verb."""
    code = code_of(page)
    told = {(scripts()[name], verb) for name, verb in COMMAND.findall(code) if verb not in PROSE}
    told |= set(VERB.findall(code))
    assert {(name, verb) for name, verb in told if not re.search(rf"\b{verb}\b", help_of(name))} == set()


def test_the_operators_pages_are_there() -> None:
    """An operator who has only the documents finds them from the first page."""
    told = (ROOT / "README.md").read_text()
    pages = ("deploy", "add-a-store", "runbook", "cost", "security", "comparison")
    assert [page for page in pages if f"docs/{page}.md" not in told] == []
