"""What a device tells, and when it is on its way."""

from __future__ import annotations

from typing import NamedTuple

from contracts.events import Event


class Made(NamedTuple):
    """An event as a device made it at a true instant; its clock was `skew_ms` ahead."""

    made_at_ms: int
    skew_ms: int
    event: Event


class Emitted(NamedTuple):
    """An event and the instant at which the device handed it over, in milliseconds since 1970-01-01 UTC."""

    emitted_at_ms: int
    event: Event
