"""The stack that `make up` keeps."""

import json
import socket
from pathlib import Path

import pytest

from local.background import BackgroundStack
from local.errors import StackError
from local.ports import HOST
from local.stack import Ports


def test_without_a_supervisor_there_is_no_stack(tmp_path: Path) -> None:
    """There is nothing to tell of and nothing to end."""
    stack = BackgroundStack(tmp_path)
    assert stack.state() is None
    assert stack.stop() is False


def test_a_state_left_by_a_crash_counts_for_nothing(tmp_path: Path) -> None:
    """Only the lock of a living process makes a stack: a file survives a crash."""
    (tmp_path / "lock").write_text("1")
    (tmp_path / "state.json").write_text(json.dumps({"endpoints": {}, "environment": {}}))
    stack = BackgroundStack(tmp_path)
    assert stack.state() is None
    assert stack.stop() is False


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """One clear message, and no process in the background."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        with pytest.raises(StackError, match="--kinesis-port"):
            BackgroundStack(tmp_path).start(Ports(kinesis=listener.getsockname()[1]))
    assert list(tmp_path.iterdir()) == []
