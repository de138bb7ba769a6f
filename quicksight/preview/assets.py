"""The bundle of the pages' program, built by node when it has changed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from quicksight.preview.files import digest_of, source_digest

ROOT = Path(__file__).resolve().parents[2]
WEB = Path(__file__).with_name("web")
NODE = ROOT / ".venv" / "bin" / "node"
STAMP = "built.txt"
_SUFFIXES = frozenset({".ts", ".css"})


class AssetsError(Exception):
    """The bundle cannot be built; the message says why and what to do."""


def build_assets(out: Path, countries: Iterable[str]) -> None:
    """Build the bundle into a folder, unless it is fresh.

    Args:
        out: the folder.
        countries: ISO 3166-1 alpha-2 codes of the countries that maps show.

    Raises:
        AssetsError: node, or a package, is not there, or the sources do not build.
    """
    countries = sorted(set(countries))
    stamp = digest_of([source_digest(_sources()), *countries])
    if not _is_fresh(out, stamp):
        _build(out, countries)
        (out / STAMP).write_text(stamp + "\n", encoding="utf-8")


def _sources() -> list[Path]:
    folders = (WEB / "src", WEB / "css")
    found = [path for folder in folders for path in folder.rglob("*") if path.suffix in _SUFFIXES]
    return [*found, WEB / "build.mjs", ROOT / "package-lock.json"]


def _is_fresh(out: Path, stamp: str) -> bool:
    kept = out / STAMP
    return kept.is_file() and kept.read_text(encoding="utf-8").strip() == stamp and (out / "dashboards.js").is_file()


def _build(out: Path, countries: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    command = [str(NODE), str(WEB / "build.mjs"), str(out)]
    command += ["--countries", ",".join(countries)] if countries else []
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise AssetsError(f"expected node at {NODE}, came none: run `make setup`") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise AssetsError(
            f"expected the pages' program to build, came:\n{said}\nRun `make setup` if a package is missing"
        )
