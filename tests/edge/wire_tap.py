"""Everything that leaves for an endpoint, byte by byte: a TCP relay that keeps what clients send."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it was sent."""

    line: str
    headers: dict[str, str]
    body: bytes


class WireTap:
    """Relays connections to a port of this machine and records what is sent there. Use it as a context manager."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._streams: list[bytearray] = []
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> WireTap:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def sent(self) -> list[bytes]:
        """Return the bytes of each connection."""
        return [bytes(stream) for stream in self._streams]

    def requests(self) -> list[Request]:
        """Return every HTTP request; what is no whole request is an error.

        Raises:
            ValueError: where bytes were sent that belong to none.
        """
        return [request for stream in self.sent() for request in _requests(stream)]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.create_connection((HOST, self._target_port))
                self._sockets += [client, server]
                kept = bytearray()
                self._streams.append(kept)
                threading.Thread(target=_relay, args=(client, server, kept), daemon=True).start()
                threading.Thread(target=_relay, args=(server, client, bytearray()), daemon=True).start()


def _relay(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            kept += data
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _requests(stream: bytes) -> Iterator[Request]:
    while stream:
        head, found, rest = stream.partition(b"\r\n\r\n")
        if not found:
            raise ValueError(f"expected an HTTP request, came {stream[:80]!r}")
        line, *rows = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            raise ValueError(f"expected {length} bytes of a body, came {len(rest)}")
        yield Request(line, headers, rest[:length])
        stream = rest[length:]
