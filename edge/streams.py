"""Cameras by RTSP, HTTP and USB, and video files: packets with their instants of capture, decoded as far as needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
from av.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TappedPacket:
    """One encoded packet of a camera's video, as it came, and all that is needed to write it into a file again.

    Attributes:
        camera_id: The camera.
        data: The encoded bytes.
        pts: Presentation time in units of `time_base`; None where the stream gives none.
        dts: Decoding time in units of `time_base`; None where the stream gives none.
        duration: In units of `time_base`; 0 where it is unknown.
        time_base: Seconds per unit.
        is_keyframe: Whether decoding may begin here.
        capture_ms: Instant of capture, milliseconds since 1970-01-01 UTC. Goes back where pictures are reordered.
        connection: Grows with every connection; `pts` and `dts` of different connections cannot be compared.
        template: The stream's codec parameters, for `output.add_stream_from_template(template, opaque=True)`. It is
            independent of the connection, and the same object for all packets of one.
        width: Of the pictures in pixels as far as decoded; it may change within a connection, from a keyframe on.
        height: The same.
    """

    camera_id: str
    data: bytes
    pts: int | None
    dts: int | None
    duration: int
    time_base: Fraction
    is_keyframe: bool
    capture_ms: int
    connection: int
    template: av.VideoStream
    width: int
    height: int

    def to_packet(self, stream: av.VideoStream) -> av.Packet[Stream]:
        """Return the packet anew, to be muxed into a stream made from `template`."""
        packet = av.Packet(self.data)
        packet.pts, packet.dts, packet.duration = self.pts, self.dts, self.duration
        packet.time_base, packet.is_keyframe = self.time_base, self.is_keyframe
        packet.stream = stream
        return packet


PacketTap = Callable[[TappedPacket], None]
"""Takes each packet in decoding order, on the camera's reader thread: it must return quickly."""
