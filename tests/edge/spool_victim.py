"""A program that spools and sends until it is killed, for `test_spool_kill`: `python -m tests.edge.spool_victim FILE`.

Each line on standard input, `up` or `out`, starts one run in a process forked for it (which spares the imports). A run
tells on standard output `run PID BOOT`, `told SEQ NONCE INSTANT` after each event was taken by the spool, and
`sent BOOT SEQ NONCE` when Kinesis has it; `dead` follows its end. Instants are those of the system's running time.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import EndpointConnectionError

from contracts.events import TrackMerge
from edge.identity import new_boot_id
from edge.sender import Sender
from edge.spool import Spool
from tests.edge.spooling import event

PACE_SECONDS = 0.004


def tell(line: str) -> None:
    """Write a line at once; what is in the pipe outlives the writer, and so short a line is written whole."""
    os.write(1, f"{line}\n".encode())


class TellingKinesis:
    """Takes two thirds of the records and tells them, or finds no network."""

    def __init__(self, *, is_up: bool) -> None:
        self._is_up = is_up

    def put_records(self, **request: Any) -> Mapping[str, Any]:
        """Answer one call."""
        if not self._is_up:
            raise EndpointConnectionError(endpoint_url="https://kinesis")
        return {"Records": [self._put(json.loads(record["Data"])) for record in request["Records"]]}

    def _put(self, record: Mapping[str, Any]) -> Mapping[str, str]:
        if random.random() < 1 / 3:
            return {"ErrorCode": "InternalFailure"}
        tell(f"sent {record['boot_id']} {record['seq']} {record['track_merge']['to_track_id']}")
        return {"SequenceNumber": "1"}


def run(path: Path, *, is_up: bool) -> None:
    """Spool and send for ever."""
    random.seed()
    spool = Spool(path, now_ms=lambda: time.time_ns() // 1_000_000, monotonic=time.monotonic)
    boot_id = new_boot_id(spool.register_boot)
    client = TellingKinesis(is_up=is_up)
    tell(f"run {os.getpid()} {boot_id}")
    Sender(spool, client, "inference", monotonic=time.monotonic, random=random.random).start()
    for seq in range(sys.maxsize):
        nonce = secrets.token_hex(8)
        spool.append([event(seq, TrackMerge(from_track_id="a", to_track_id=nonce), boot_id=boot_id)])
        tell(f"told {seq} {nonce} {time.monotonic()}")
        time.sleep(PACE_SECONDS)


def main() -> None:
    """Start a run for each line, one after another."""
    path = Path(sys.argv[1])
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            try:
                run(path, is_up=line.strip() == "up")
            finally:
                os._exit(1)
        os.waitpid(pid, 0)
        tell("dead")


if __name__ == "__main__":
    main()
