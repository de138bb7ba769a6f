"""Single pictures of a camera or a file, for the people who set a store up."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import av
import numpy as np
from av.error import FFmpegError

from edge.addresses import USB_PREFIX, without_password
from edge.errors import ConfigurationError, Problem
from edge.heads import Picture

TIMEOUT_SECONDS = 10.0
# Half a millisecond of grace: stream times are rounded.
GRACE_SECONDS = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Still:
    """One picture and what the stream says of itself.

    Attributes:
        picture: (H, W, 3) BGR.
        seconds: Since the first picture.
        codec: Such as 'h264'.
        frames_per_second: As the stream states it; None where it does not.
    """

    picture: Picture
    seconds: float
    codec: str
    frames_per_second: float | None

    @property
    def width(self) -> int:
        """Of the picture in pixels."""
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        """Of the picture in pixels."""
        return int(self.picture.shape[0])


def take_still(source: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Still:
    """Return the first picture of a source: a file, an RTSP or HTTP address, or a USB camera such as /dev/video0.

    Raises:
        ConfigurationError: where no picture comes; its text does not hold the address's password.
    """
    with closing(stills(source, seconds=1.0, timeout_seconds=timeout_seconds)) as pictures:
        still = next(pictures, None)
    if still is None:
        raise _unreadable(source, came="no picture")
    return still


def stills(
    source: str,
    *,
    seconds: float,
    frames_per_second: float | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Generator[Still, None, None]:
    """Yield the pictures of the first `seconds` of a source, at most so many a second; see `take_still`."""
    try:
        with _opened(source, timeout_seconds) as container:
            stream = container.streams.video[0]
            rate = float(stream.average_rate) if stream.average_rate else None
            first: float | None = None
            due = 0.0
            for frame in container.decode(stream):
                if frame.pts is None:
                    continue
                first = frame.time if first is None else first
                passed = frame.time - first
                if passed >= seconds:
                    return
                if passed + GRACE_SECONDS < due:
                    continue
                due = passed + (1.0 / frames_per_second if frames_per_second else 0.0)
                picture = np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
                codec = stream.codec_context.name
                yield Still(picture=picture, seconds=passed, codec=codec, frames_per_second=rate)
    except (FFmpegError, OSError) as error:
        raise _unreadable(source, came=type(error).__name__) from error


def _opened(source: str, timeout_seconds: float) -> av.container.InputContainer:
    options = {"rtsp_transport": "tcp"} if source.startswith("rtsp") else {}
    container_format = "v4l2" if source.startswith(USB_PREFIX) else None
    container = av.open(source, format=container_format, options=options, timeout=timeout_seconds)
    if not container.streams.video:
        container.close()
        raise _unreadable(source, came="a source without video")
    return container


def _unreadable(source: str, *, came: str) -> ConfigurationError:
    shown = without_password(source)
    cure = "Check its address, user and password, that it is switched on, and that this machine reaches it."
    problem = Problem(where=shown, expected="a camera or a video file that gives pictures", came=came, cure=cure)
    return ConfigurationError(f"camera {shown}", [problem])
