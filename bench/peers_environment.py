"""The peers' own Python environment, made once from pinned versions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.contenders import FOLDER, PEERS_PYTHON
from local.paths import BUILD

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_UV = BUILD / "tools" / "uv" / "bin" / "uv"
_INSTALLED = FOLDER / "venv" / "requirements.txt"


def prepare() -> None:
    """Make the environment unless it holds these versions; without it the peers' rows tell why they failed."""
    if _INSTALLED.exists() and _INSTALLED.read_text() == REQUIREMENTS.read_text():
        return
    subprocess.run([_UV, "venv", "--quiet", "--clear", "--python", "3.11", FOLDER / "venv"], check=True)
    subprocess.run(
        [_UV, "pip", "install", "--quiet", "--require-hashes", "--python", PEERS_PYTHON, "-r", REQUIREMENTS], check=True
    )
    shutil.copy(REQUIREMENTS, _INSTALLED)
