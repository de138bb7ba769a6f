"""Running a program and measuring it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.programs import ProgramError, run


def test_time_memory_and_the_last_line_are_told(tmp_path: Path) -> None:
    """Processor time is the program's, not that of waiting."""
    code = "import time; held = bytearray(200_000_000); time.sleep(0.5); print('a'); print('b')"
    ran = run([sys.executable, "-c", code], cwd=tmp_path, limit_seconds=30)
    assert ran.last_line == "b"
    assert ran.seconds >= 0.5
    assert ran.peak_rss_bytes > 200_000_000
    assert ran.cpu_seconds > 0


def test_a_failure_tells_the_line_that_names_the_error(tmp_path: Path) -> None:
    """A row of the table has room for one line."""
    with pytest.raises(ProgramError, match="ValueError: no broker"):
        run([sys.executable, "-c", "raise ValueError('no broker')"], cwd=tmp_path, limit_seconds=30)


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """Nothing is left running."""
    with pytest.raises(ProgramError, match="did not end within"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], cwd=tmp_path, limit_seconds=0.3)
