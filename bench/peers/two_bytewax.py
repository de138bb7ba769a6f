"""Starts the Bytewax flow as two processes that know each other, and checks that both worked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

PROCESSES = 2


def main() -> int:
    """Run both to their end; returns 1 when one fails or one had nothing to do."""
    addresses = ";".join(f"127.0.0.1:{port}" for port in _free_ports())
    command = [sys.executable, "-m", "bytewax.run", "bench.peers.bytewax_flow:flow", "-a", addresses, "-i"]
    started = [subprocess.Popen([*command, str(number)]) for number in range(PROCESSES)]
    failed = [process.wait() for process in started]
    folder = Path(os.environ["BENCH_RESULT"])
    idle = [n for n in range(PROCESSES) if not (folder / f"worker-{n}.csv").stat().st_size] if not any(failed) else []
    if idle:
        print(f"Error: expected both workers to write results, came none of {idle}")
    return int(any(failed) or bool(idle))


def _free_ports() -> list[int]:
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(PROCESSES)]
    ports = [each.getsockname()[1] for each in listening]
    for each in listening:
        each.close()
    return ports


if __name__ == "__main__":
    sys.exit(main())
