"""What every channel promises: one message to one address, or an error that says whether to try again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from contracts.alerts import Severity, Stage


class DeliveryError(RuntimeError):
    """A message was not handed over. The text is a code or a class name: no address, no provider's words."""


class RetryError(DeliveryError):
    """It may work later: throttled, out of order, too slow."""


class PermanentError(DeliveryError):
    """It will not work with this address: unknown, opted out, gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in all its forms; each channel takes what it can carry.

    Attributes:
        subject: one line: what, where, since when, how bad.
        short: the same with what to do, within 160 characters where possible.
        text: all of it in plain text.
        html: all of it as a page; shows the picture `cid:chart` where there is one.
        link: the alert's page.
        chart: PNG, or None.
        thread_id: what messages about the same alert have in common.
    """

    subject: str
    short: str
    text: str
    html: str
    link: str
    chart: bytes | None
    thread_id: str
    store_id: str
    severity: Severity
    stage: Stage | None


class Channel(Protocol):
    """One way to reach people."""

    def send(self, address: str, message: Message) -> None:
        """Hand a message over.

        Raises:
            RetryError: it may work later.
            PermanentError: it will not work with this address.
        """
