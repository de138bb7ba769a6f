"""The last seconds of a camera, as encoded packets in memory; cut out and written into a file without transcoding."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import av

from edge.streams import TappedPacket

COMMENT = "captured from {begin_ms} to {end_ms} ms since 1970-01-01 UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Packets of one connection and one size of pictures, from a keyframe on."""

    packets: tuple[TappedPacket, ...]

    @property
    def begin_ms(self) -> int:
        """Instant of its first picture."""
        return min(packet.capture_ms for packet in self.packets)

    @property
    def end_ms(self) -> int:
        """Instant of its last picture."""
        return max(packet.capture_ms for packet in self.packets)


class Recorder:
    """Keeps whole groups of pictures of one camera, within a time and a size. Safe for two threads.

    Args:
        seconds: How long is kept at least, as far as `max_bytes` allows.
        max_bytes: Of all packets together.
    """

    def __init__(self, *, seconds: float, max_bytes: int) -> None:
        self._keep_ms = round(seconds * 1_000)
        self._max_bytes = max_bytes
        self._groups: deque[list[TappedPacket]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Bytes of the packets that are held."""
        return self._bytes

    @property
    def newest_ms(self) -> int:
        """Instant of the newest packet, 0 without any."""
        with self._lock:
            return self._groups[-1][-1].capture_ms if self._groups else 0

    def take(self, packet: TappedPacket) -> None:
        """Keep a packet; what comes before the first keyframe cannot be decoded and is not kept."""
        with self._lock:
            if packet.is_keyframe or (self._groups and self._groups[-1][-1].connection != packet.connection):
                if not packet.is_keyframe:
                    return
                self._groups.append([])
            if not self._groups:
                return
            self._groups[-1].append(packet)
            self._bytes += len(packet.data)
            self._forget(packet.capture_ms)

    def cut(self, begin_ms: int, end_ms: int) -> list[Cut]:
        """Return what is held of a span, from the keyframe before it on; a break or another size parts it."""
        with self._lock:
            packets = [packet for group in self._spanned(begin_ms, end_ms) for packet in group]
        within = [packet for packet in packets if packet.capture_ms <= end_ms]
        parts = groupby(within, key=lambda packet: (packet.connection, packet.width, packet.height))
        return [Cut(packets=tuple(part)) for _key, part in parts]

    def _spanned(self, begin_ms: int, end_ms: int) -> Iterator[list[TappedPacket]]:
        for group in self._groups:
            if group[-1].capture_ms >= begin_ms and group[0].capture_ms <= end_ms:
                yield group

    def _forget(self, now_ms: int) -> None:
        """Drop the oldest groups that are too old or too much; the newest always stays, unless it alone is too much."""
        while len(self._groups) > 1 and (
            self._bytes > self._max_bytes or now_ms - self._groups[1][0].capture_ms >= self._keep_ms
        ):
            self._bytes -= sum(len(packet.data) for packet in self._groups.popleft())
        if self._bytes > self._max_bytes:
            self._groups.clear()
            self._bytes = 0


def write_mp4(path: Path, packets: Sequence[TappedPacket]) -> None:
    """Write packets of one connection into an MP4 as they are, nothing decoded; times begin at 0.

    Raises:
        FFmpegError: where MP4 cannot hold them.
    """
    first = packets[0]
    times = [stamp for packet in packets for stamp in (packet.dts, packet.pts) if stamp is not None]
    zero = min(times, default=0)
    begin_ms, end_ms = first.capture_ms, packets[-1].capture_ms
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        container.metadata["comment"] = COMMENT.format(begin_ms=begin_ms, end_ms=end_ms)
        stream = container.add_stream_from_template(first.template, opaque=True)
        last: int | None = None
        for tapped in packets:
            packet = tapped.to_packet(stream)
            packet.pts = _since(tapped.pts, tapped, first, zero)
            packet.dts = _since(tapped.dts, tapped, first, zero)
            if last is not None and packet.dts <= last:
                # Players refuse times that stand still; cameras without times of their own give such.
                packet.dts = last + 1
                packet.pts = max(packet.pts, packet.dts)
            last = packet.dts
            container.mux(packet)


def _since(stamp: int | None, packet: TappedPacket, first: TappedPacket, zero: int) -> int:
    if stamp is not None:
        return stamp - zero
    return max(0, round((packet.capture_ms - first.capture_ms) / 1_000 / packet.time_base))
