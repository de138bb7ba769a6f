"""What stands in the table `notifications`: messages, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contracts.alerts import Alert, Stage

State = Literal["sending", "sent", "held", "failed", "suppressed", "stale"]
HELD = "~held"
"""The partition that names those for whom something is held."""
DIGEST = "digest: "
"""What the reason of a held message begins with while a digest has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message to one person: an alert's stage by one channel."""

    person_id: str
    store_id: str
    alert_id: str
    stage: Stage
    channel: str
    expires_at: int

    @property
    def notification_id(self) -> str:
        """The sort key: alert, stage and channel."""
        return f"{self.alert_id}#{self.stage}#{self.channel}"


def entry_of(alert: Alert, *, person_id: str, stage: Stage, channel: str) -> Entry:
    """Return the message of an alert's stage; it is forgotten when the alert is."""
    return Entry(
        person_id=person_id,
        store_id=alert.store_id,
        alert_id=alert.alert_id,
        stage=stage,
        channel=channel,
        expires_at=alert.expires_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message and what became of it."""

    entry: Entry
    state: State
    reason: str
    changed_ms: int


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many messages a person gets in the shift that began then; None counts without a limit."""

    shift_start_ms: int
    messages_max: int | None


def waiting(tries: int) -> str:
    """Return the reason of a message that waits for its next try."""
    return f"tried {tries} times"


def told_reason(row: Row) -> str:
    """Return why a message was held, without what a digest made of it."""
    return row.reason.removeprefix(DIGEST)


def is_kept(row: Row) -> bool:
    """Whether a message waits for a digest, or a digest has it."""
    return row.state == "held" or (row.state == "sending" and row.reason.startswith(DIGEST))


def row_of(item: Mapping[str, Any]) -> Row:
    """Read a message from its item."""
    alert_id, stage, channel = str(item["notification_id"]).split("#")
    return Row(
        entry=Entry(
            person_id=item["person_id"],
            store_id=item["store_id"],
            alert_id=alert_id,
            stage=stage,  # type: ignore[arg-type]
            channel=channel,
            expires_at=int(item["expires_at"]),
        ),
        state=item["state"],
        reason=str(item.get("reason", "")),
        changed_ms=int(item["changed_ms"]),
    )


def key_of(entry: Entry) -> dict[str, Any]:
    """Return the key of a message."""
    return {"person_id": entry.person_id, "notification_id": entry.notification_id}


def held_key(store_id: str, person_id: str) -> dict[str, Any]:
    """Return the key of the note that something is held for a person."""
    return {"person_id": HELD, "notification_id": f"{store_id}/{person_id}"}
