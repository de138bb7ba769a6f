"""A camera for tests: an RTSP 1.0 server (RFC 2326) that sends H.264 by RTP (RFC 6184) over TCP or UDP.

It can go away and come back on the same port, fall silent, ask for a password, and spoil what it sends.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np

HOST = "127.0.0.1"
CLOCK_HZ = 90_000
FIRST_TIMESTAMP = 123_456_789
"""RTP asks for a random one (RFC 3550 5.1)."""
MAX_PAYLOAD = 1_400
FU_A = 28
"""Type of a fragment of a NAL unit, RFC 6184 5.8."""
PARAMETER_SETS = (7, 8)
"""Types of sequence and picture parameter sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessUnit:
    """One encoded picture: when it is sent, the time it states, its NAL units without start codes."""

    send_seconds: float
    stated_seconds: float
    nal_units: tuple[bytes, ...]

    def later(self, seconds: float) -> AccessUnit:
        """Return the same picture, sent and dated later."""
        return replace(self, send_seconds=self.send_seconds + seconds, stated_seconds=self.stated_seconds + seconds)


Script = Callable[[], Iterator[AccessUnit]]
"""What a player is sent, from its first moment on; it hangs up where that ends."""


def encoded(
    *, frames: int = 25, frames_per_second: float = 25.0, keyframe_every: int = 25, size: tuple[int, int] = (160, 120)
) -> list[AccessUnit]:
    """Return a moving pattern as H.264 without B-frames, its parameter sets in every keyframe."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.framerate = Fraction(frames_per_second).limit_denominator(1_000)
    encoder.time_base = 1 / encoder.framerate
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "g": str(keyframe_every),
        "sc_threshold": "0",
    }
    packets = itertools.chain.from_iterable(encoder.encode(picture) for picture in [*_pattern(frames, size), None])
    return [_access_unit(bytes(packet), number / frames_per_second) for number, packet in enumerate(packets)]


def _pattern(frames: int, size: tuple[int, int]) -> Iterator[av.VideoFrame]:
    width, height = size
    noise = np.random.default_rng(1).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    picture = noise.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]
    for number in range(frames):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(picture, 4 * number, axis=1)), format="bgr24")
        frame.pts = number
        yield frame


def _access_unit(stream: bytes, seconds: float) -> AccessUnit:
    units = [unit for unit in re.split(b"\0\0\0?\1", stream) if unit]
    return AccessUnit(send_seconds=seconds, stated_seconds=seconds, nal_units=tuple(units))


def for_ever(units: Sequence[AccessUnit]) -> Script:
    """Return a script that repeats the pictures without an end."""
    step = units[1].send_seconds - units[0].send_seconds

    def repeated() -> Iterator[AccessUnit]:
        for start in itertools.count(0.0, len(units) * step):
            yield from (unit.later(start) for unit in units)

    return repeated


class RtspServer:
    """One camera at `url`, for any number of players.

    Attributes:
        script: What players get.
        spoil: Takes an RTP packet and returns the bytes to send instead, or None to lose it.
        silent: While set, nothing is sent, and connections stay open.
        transports: How players asked to be sent to: "tcp" or "udp", one entry a set-up.
    """

    def __init__(self, script: Script, *, user: str | None = None, password: str = "") -> None:
        self.script = script
        self.spoil: Callable[[bytes], bytes | None] = lambda packet: packet
        self.silent = threading.Event()
        self.transports: list[str] = []
        self._login = f"{user}:{password}" if user else None
        self._lock = threading.Lock()
        self._sessions: set[_Session] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.come_back()

    @property
    def url(self) -> str:
        """Return the camera's address, without user and password."""
        return f"rtsp://{HOST}:{self.port}/stream"

    def __enter__(self) -> RtspServer:
        return self

    def __exit__(self, *_error: object) -> None:
        self.go_away()

    def come_back(self) -> None:
        """Listen on the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self.port))
        listener.listen()
        self._listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def go_away(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._listener is not None:
            # Closing alone would leave the accepting thread, and with it the port, as they are.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            sessions = tuple(self._sessions)
        for session in sessions:
            session.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                session = _Session(self, listener.accept()[0], login=self._login)
                with self._lock:
                    self._sessions.add(session)
                threading.Thread(target=self._serve, args=(session,), daemon=True).start()

    def _serve(self, session: _Session) -> None:
        try:
            session.serve()
        finally:
            session.close()
            with self._lock:
                self._sessions.discard(session)


class _Session:
    """One player's connection: answers its requests, and sends on a thread of its own."""

    def __init__(self, server: RtspServer, connection: socket.socket, *, login: str | None) -> None:
        self._server = server
        self._connection = connection
        self._login = login
        self._write_lock = threading.Lock()
        self._closed = threading.Event()
        self._udp: socket.socket | None = None
        self._client_port = 0

    def close(self) -> None:
        """Hang up."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def serve(self) -> None:
        """Answer until the player hangs up."""
        with contextlib.suppress(OSError, EOFError), self._connection.makefile("rb") as reader:
            while True:
                method, headers = _request(reader.read, reader.readline)
                self._answer(method, headers)
                if method == "TEARDOWN":
                    return

    def _answer(self, method: str, headers: dict[str, str]) -> None:
        if self._login is not None and not self._is_allowed(headers):
            self._reply(headers, status="401 Unauthorized", more='WWW-Authenticate: Basic realm="camera"\r\n')
            return
        more, body = "", b""
        if method == "OPTIONS":
            more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n"
        elif method == "DESCRIBE":
            body = self._description()
            more = f"Content-Base: {self._server.url}/\r\nContent-Type: application/sdp\r\n"
        elif method == "SETUP":
            more = f"Transport: {self._set_up(headers['transport'])}\r\n"
        self._reply(headers, more=more, body=body)
        if method == "PLAY":
            threading.Thread(target=self._play, daemon=True).start()

    def _is_allowed(self, headers: dict[str, str]) -> bool:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        return scheme == "Basic" and base64.b64decode(value).decode() == self._login

    def _reply(self, headers: dict[str, str], *, status: str = "200 OK", more: str = "", body: bytes = b"") -> None:
        head = f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\nSession: 1;timeout=60\r\n{more}"
        self._write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _description(self) -> bytes:
        first = next(self._server.script())
        sets = [unit for unit in first.nal_units if unit[0] & 0x1F in PARAMETER_SETS]
        sprop = ",".join(base64.b64encode(each).decode() for each in sets)
        lines = [
            "v=0", f"o=- 1 1 IN IP4 {HOST}", "s=camera", "t=0 0", "m=video 0 RTP/AVP 96", "c=IN IP4 0.0.0.0",
            f"a=rtpmap:96 H264/{CLOCK_HZ}", f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sprop}",
            "a=control:track1",
        ]  # fmt: skip
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _set_up(self, transport: str) -> str:
        ports = re.search(r"client_port=(\d+)-(\d+)", transport)
        self._server.transports.append("udp" if ports else "tcp")
        if ports is None:
            return "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00000001"
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((HOST, 0))
        self._client_port = int(ports[1])
        port = self._udp.getsockname()[1]
        return f"RTP/AVP/UDP;unicast;client_port={ports[1]}-{ports[2]};server_port={port}-{port + 1};ssrc=00000001"

    def _play(self) -> None:
        begin = time.monotonic()
        sequence = itertools.count(1)
        with contextlib.suppress(OSError):
            for unit in self._server.script():
                self._closed.wait(max(0.0, begin + unit.send_seconds - time.monotonic()))
                if self._closed.is_set():
                    return
                if not self._server.silent.is_set():
                    self._send(unit, sequence)
        self.close()

    def _send(self, unit: AccessUnit, sequence: Iterator[int]) -> None:
        payloads = [payload for nal in unit.nal_units for payload in _payloads(nal)]
        timestamp = (FIRST_TIMESTAMP + round(unit.stated_seconds * CLOCK_HZ)) & 0xFFFFFFFF
        for index, payload in enumerate(payloads):
            marker = 0x80 if index == len(payloads) - 1 else 0
            head = struct.pack(">BBHII", 0x80, marker | 96, next(sequence) & 0xFFFF, timestamp, 1)
            packet = self._server.spoil(head + payload)
            if packet is None:
                continue
            if self._udp is not None:
                self._udp.sendto(packet, (HOST, self._client_port))
            else:
                self._write(struct.pack(">cBH", b"$", 0, len(packet)) + packet)

    def _write(self, data: bytes) -> None:
        with self._write_lock:
            self._connection.sendall(data)


def _payloads(nal: bytes) -> Iterator[bytes]:
    """Yield a NAL unit as RTP payloads: whole where it fits, otherwise in fragments (RFC 6184 5.6 and 5.8)."""
    if len(nal) <= MAX_PAYLOAD:
        yield nal
        return
    indicator, kind = nal[0] & 0xE0 | FU_A, nal[0] & 0x1F
    pieces = [nal[at : at + MAX_PAYLOAD] for at in range(1, len(nal), MAX_PAYLOAD)]
    for number, piece in enumerate(pieces):
        start, end = 0x80 * (number == 0), 0x40 * (number == len(pieces) - 1)
        yield bytes([indicator, start | end | kind]) + piece


def _request(read: Callable[[int], bytes], readline: Callable[[], bytes]) -> tuple[str, dict[str, str]]:
    """Return the next request's method and headers; the player's own RTCP between them is passed over."""
    line = b""
    while not line.strip():
        first = read(1)
        if not first:
            raise EOFError
        if first == b"$":
            _channel, length = struct.unpack(">BH", read(3))
            read(length)
        else:
            line = first + readline()
    headers: dict[str, str] = {}
    while (header := readline().decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    read(int(headers.get("content-length", 0)))
    return line.decode().split()[0], headers
