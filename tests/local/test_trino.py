"""Trino's set-up is checked before it starts; `tests/trino` starts it."""

from pathlib import Path

import pytest

from local import trino
from local.errors import StackError


def test_without_trino_the_cure_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rule: what is not installed is not started, and the message says how to install it."""
    monkeypatch.setattr(trino, "TRINO", tmp_path)
    server = trino.Trino(tmp_path / "run", endpoint_url="http://127.0.0.1:1", warehouse="s3://lake/warehouse")
    with pytest.raises(StackError, match=r"python3 scripts/trino_server\.py"), server:
        pass
