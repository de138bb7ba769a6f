"""Quix Streams: reads Kafka alone, so that without a broker it fails, and says so."""

from __future__ import annotations

import socket
import sys

from quixstreams import Application  # type: ignore[import-not-found]

BROKER = ("localhost", 9092)


def main() -> None:
    """Fail with the reason unless a broker is there; nobody starts one for this benchmark."""
    Application(broker_address=f"{BROKER[0]}:{BROKER[1]}", consumer_group="bench")
    try:
        socket.create_connection(BROKER, timeout=1).close()
    except OSError as refused:
        sys.exit(f"Error: it runs on a Kafka broker alone and none is at {BROKER[0]}:{BROKER[1]} ({refused})")
    sys.exit("Error: a broker is there, but loading the records into it is not part of this benchmark")


if __name__ == "__main__":
    main()
