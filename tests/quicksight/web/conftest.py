"""A site of made-up rows for the page's tests: built once, with every kind of visual."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "quicksight" / "preview" / "web"
NODE = ROOT / ".venv" / "bin" / "node"
STORES = 200


def run_node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run node from the root of the repository; what it said is text."""
    return subprocess.run([NODE, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site of 200 made-up stores."""
    out = tmp_path_factory.mktemp("site")
    for command in (
        (WEB / "dev" / "site.ts", out, "--stores", str(STORES)),
        (WEB / "build.mjs", out / "assets", "--countries", "GB"),
    ):
        done = run_node(*command)
        assert done.returncode == 0, done.stderr
    return out
