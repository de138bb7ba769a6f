"""`python -m contracts.render`: write every rendering; with `--check`, only say which are stale."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from contracts.events import SCHEMA
from contracts.render.flink import create_table
from contracts.render.iceberg import iceberg_schema
from contracts.render.json_schema import event_schema
from contracts.render.lake import lake_page
from contracts.render.markdown import events_page, table_page
from contracts.render.metrics import metrics_page
from contracts.tables import LAKE_TABLES, TABLES

ROOT = Path(__file__).resolve().parents[2]


def renderings() -> dict[str, str]:
    """Return every rendered file: path from the repository's root to text."""
    files = {
        f"contracts/rendered/{SCHEMA}.schema.json": _pretty(event_schema()),
        "docs/events.md": events_page(),
        "docs/lake.md": lake_page(),
        "docs/metrics.md": metrics_page(),
    }
    for table in TABLES.values():
        files[f"contracts/rendered/flink/{table.name}.sql"] = create_table(table)
        files[f"docs/tables/{table.name}.md"] = table_page(table)
    for table in LAKE_TABLES:
        files[f"contracts/rendered/iceberg/{table.name}.json"] = _pretty(iceberg_schema(table))
    return files


def stale(root: Path = ROOT) -> list[str]:
    """Return the paths whose committed text differs from the contracts, and rendered files that have no source."""
    expected = renderings()
    differing = [path for path, text in expected.items() if _text(root / path) != text]
    committed = (path.relative_to(root).as_posix() for path in (root / "contracts/rendered").rglob("*.*"))
    return differing + [path for path in committed if path not in expected]


def main(arguments: list[str] | None = None) -> int:
    """Write the renderings, or check them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="contracts.render", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a rendering is stale")
    if parser.parse_args(arguments).check:
        return _report(stale())
    for path, text in renderings().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)
    return 0


def _report(paths: list[str]) -> int:
    for path in paths:
        print(f"stale: {path} (expected what contracts/ renders; run `make gen` and commit the result)")
    return 1 if paths else 0


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
