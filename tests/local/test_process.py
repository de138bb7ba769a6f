"""Processes that never outlive the one that started them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.process import ManagedProcess, Supervisor
from local.waiting import wait_until

# Starts a grandchild, as a TaskManager starts Python workers, says both ids and runs on.
FAKE_SERVICE = """
import os, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""

STUBBORN_SERVICE = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
time.sleep(600)
"""

# A shell starts what runs in its background deaf to Ctrl-C, and the tests may be run there.
SUPERVISING_PROGRAM = """
import os, signal, sys
from pathlib import Path
from local.process import Supervisor
signal.signal(signal.SIGINT, signal.default_int_handler)
with Supervisor() as supervisor:
    command = [sys.executable, "-c", sys.argv[1]]
    supervisor.start("fake", command, environment=os.environ, directory=Path.cwd(), log=Path(sys.argv[2]))
    sys.stdin.read()
"""


def start(supervisor: Supervisor, program: str, log: Path) -> ManagedProcess:
    """Start a Python program under the supervisor."""
    command = [sys.executable, "-c", program]
    return supervisor.start("fake", command, environment=os.environ, directory=Path.cwd(), log=log)


def ids_said_in(log: Path) -> list[int]:
    """Return the process ids that a fake service wrote, once it has."""
    wait_until(
        lambda: log.exists() and log.read_text().endswith("\n"),
        seconds=20,
        expected="the fake service to start",
        cure="",
    )
    return [int(word) for word in log.read_text().split()]


def is_alive(process_id: int) -> bool:
    """Tell whether the process exists and is no zombie."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, text=True, check=False)
    return state.stdout.strip() not in {"", "Z", "Zs"}


def require_all_gone(process_ids: list[int]) -> None:
    """Wait until none of the processes is left."""
    wait_until(
        lambda: not any(map(is_alive, process_ids)),
        seconds=10,
        expected="every process to be gone",
        cure=f"Left of {process_ids}: {[each for each in process_ids if is_alive(each)]}.",
    )


def test_leaving_the_block_ends_the_process_and_what_it_started(tmp_path: Path) -> None:
    """After an orderly end nothing is left."""
    log = tmp_path / "fake.log"
    with Supervisor() as supervisor:
        start(supervisor, FAKE_SERVICE, log)
        process_ids = ids_said_in(log)
        assert all(map(is_alive, process_ids))
    require_all_gone(process_ids)


def test_an_error_in_the_block_ends_the_process_too(tmp_path: Path) -> None:
    """After a failure nothing is left."""
    log = tmp_path / "fake.log"
    process_ids: list[int] = []

    def fail_while_it_runs() -> None:
        with Supervisor() as supervisor:
            start(supervisor, FAKE_SERVICE, log)
            process_ids.extend(ids_said_in(log))
            raise RuntimeError("the test's own failure")

    with pytest.raises(RuntimeError, match="own failure"):
        fail_while_it_runs()
    require_all_gone(process_ids)


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    """Asking first does not mean waiting for ever."""
    log = tmp_path / "stubborn.log"
    with Supervisor() as supervisor:
        process = start(supervisor, STUBBORN_SERVICE, log)
        process_ids = ids_said_in(log)
        supervisor.stop(process, grace_seconds=0.2)
        assert process.exit_status == -signal.SIGKILL
    require_all_gone(process_ids)


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path, death: signal.Signals) -> None:
    """However the supervising program dies, its processes die with it."""
    log = tmp_path / "fake.log"
    command = [sys.executable, "-c", SUPERVISING_PROGRAM, FAKE_SERVICE, str(log)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        process_ids = ids_said_in(log)
        program.send_signal(death)
        program.wait(timeout=20)
        require_all_gone(process_ids)


def test_a_process_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    """Its name, status and last words are there for the message."""
    with Supervisor() as supervisor:
        process = start(supervisor, "print('no such file'); raise SystemExit(3)", tmp_path / "short.log")
        process.wait(seconds=20)
        assert supervisor.first_ended() is process
        assert process.exit_status == 3
        assert process.log_tail() == "no such file"
