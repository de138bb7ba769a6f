"""Kills process groups once the process that started this one is gone, however it went.

Started by `local.process.Supervisor` with a pipe as standard input. Each line is ``+GROUP`` (kill it in the
end) or ``-GROUP`` (it has ended). The kernel closes the pipe when the supervisor dies, SIGKILL included.
"""

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Read groups until the pipe closes, then kill those that are left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
