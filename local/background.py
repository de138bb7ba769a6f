"""A stack that outlives the command that started it, until it is told to end."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local.errors import StackError
from local.paths import ROOT, RUNS, require_set_up
from local.stack import Endpoints, Ports, Stack
from local.waiting import wait_until

START_SECONDS = 120
STOP_SECONDS = 30
WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class State:
    """What others need to know of a running stack."""

    endpoints: Endpoints
    environment: Mapping[str, str]


class BackgroundStack:
    """The one stack of a directory; a lock file tells whether it runs, even after a crash."""

    def __init__(self, directory: Path = RUNS / "up") -> None:
        """Name the stack that lives in ``directory``, running or not."""
        self.directory = directory
        self._state_file = directory / "state.json"
        self._lock_file = directory / "lock"
        self._log = directory / "supervisor.log"

    def state(self) -> State | None:
        """Return the state of the running stack, or None while none is fully up."""
        if not self._is_locked() or not self._state_file.exists():
            return None
        content = json.loads(self._state_file.read_text(encoding="utf-8"))
        return State(**{**content, "endpoints": Endpoints(**content["endpoints"])})

    def start(self, ports: Ports) -> State:
        """Start ``python -m local up --foreground``, apart from this terminal.

        Returns:
            The state, once every service answers.

        Raises:
            StackError: set-up is not complete, a pinned port is taken, or the stack did not come up.
        """
        require_set_up()
        ports.require_free()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._state_file.unlink(missing_ok=True)
        with self._log.open("w") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "local", "up", "--foreground", *ports.as_flags()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(
            lambda: self._state_file.exists() or supervisor.poll() is not None,
            seconds=START_SECONDS,
            expected="the stack to come up",
            cure=f"See {self._log}.",
        )
        state = self.state()
        if state is None:
            raise StackError(
                expected="the stack to come up",
                came="it stopped",
                cure=self._log.read_text(encoding="utf-8").strip() or "It was told to end.",
            )
        return state

    def run(self, ports: Ports) -> None:
        """Run the stack until Ctrl-C or SIGTERM.

        Raises:
            StackError: another one runs, the stack did not come up, or a part of it ended by itself.
        """
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.directory.mkdir(parents=True, exist_ok=True)
        with self._locked(), suppress(KeyboardInterrupt), Stack(self.directory, ports=ports) as stack:
            self._write_state(stack)
            while True:
                stack.require_running()
                time.sleep(WATCH_SECONDS)

    def stop(self) -> bool:
        """End the stack, even one that is still starting, and return whether there was one."""
        if not self._is_locked():
            return False
        process_id = int(self._lock_file.read_text(encoding="utf-8"))
        os.kill(process_id, signal.SIGTERM)
        wait_until(
            lambda: not self._is_locked(),
            seconds=STOP_SECONDS,
            expected="the stack to end",
            cure=f"End process {process_id} by hand.",
        )
        return True

    def _write_state(self, stack: Stack) -> None:
        state = State(endpoints=stack.endpoints, environment=stack.environment)
        partial = self._state_file.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(state), indent=2), encoding="utf-8")
        partial.rename(self._state_file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StackError(
                    expected="no other stack to run here", came="one does", cure="Run `make down` first."
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                self._state_file.unlink(missing_ok=True)

    def _is_locked(self) -> bool:
        if not self._lock_file.exists():
            return False
        with self._lock_file.open("r") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False
