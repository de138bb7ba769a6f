"""Who is told of alerts, how, and when not: what the table `recipients` holds, and what is refused.

Nothing here leaves what sends to them, the notifier and the weekly report: addresses are read in no
other place, and are never logged.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from contracts.alerts import SEVERITIES, Severity
from contracts.rules import WEEKDAYS, Hours

ChannelKind = Literal["email", "sms", "sns", "push"]
Language = Literal["en", "es", "de"]
CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)
LANGUAGES: tuple[Language, ...] = get_args(Language)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_ADDRESSES = {
    "email": (_EMAIL, "an e-mail address"),
    "sms": (_PHONE, "a telephone number such as +4930123456"),
    "sns": (_TOPIC, "the ARN of a topic"),
}


class RecipientError(ValueError):
    """A recipient cannot be used; the message lists every problem and its cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("the recipient cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = tuple(problems)

    def places(self) -> tuple[str, ...]:
        """Return the names of what is wrong, without what came: fit for a log."""
        return tuple(problem.partition(": expected")[0] for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to a person: an address, and how bad it must be to be used.

    The address of `push` is the browser's subscription as JSON: endpoint, and keys p256dh and auth.
    """

    kind: ChannelKind
    address: str
    minimum_severity: Severity = "low"

    def takes(self, severity: Severity) -> bool:
        """Whether alerts so bad use this channel."""
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.minimum_severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person in one store, or with the store `*` in all of them.

    `is_inside` tells that the person works in the store: only they are asked to judge a hazard. In `quiet_hours`, of
    the person's time zone or, where that is empty, the store's, nothing comes but what is at least `quiet_breaks_at`;
    the rest comes as one digest when they end. Beyond `most_per_shift` messages within `shift_hours` it is held too.
    """

    store_id: str
    person_id: str
    roles: tuple[str, ...]
    channels: tuple[Channel, ...]
    is_inside: bool = False
    language: Language = "en"
    time_zone: str = ""
    quiet_hours: Hours | None = None
    quiet_breaks_at: Severity = "high"
    most_per_shift: int = 20
    shift_hours: int = 8


def read_recipient(written: Mapping[str, Any]) -> Recipient:
    """Read one recipient; raises `RecipientError` with every problem."""
    return _Reader(written).recipient()


def recipient_body(recipient: Recipient) -> str:
    """Return what the table's column `body` holds: all that is no column of its own."""
    values = dataclasses.asdict(recipient)
    own = ("store_id", "person_id", "roles", "is_inside")
    return json.dumps({name: value for name, value in values.items() if name not in own and value is not None})


def recipient_item(recipient: Recipient) -> dict[str, Any]:
    """Return a recipient as an item of the table `recipients`."""
    return {
        "store_id": recipient.store_id,
        "person_id": recipient.person_id,
        "roles": ",".join(recipient.roles),
        "is_inside": recipient.is_inside,
        "body": recipient_body(recipient),
    }


def recipient_of(item: Mapping[str, Any]) -> Recipient:
    """Read a recipient from its item; raises `RecipientError` when it cannot be used."""
    try:
        body = json.loads(item["body"])
    except (KeyError, ValueError) as broken:
        raise RecipientError([f"body: expected a JSON object, came {broken!r}; save the recipient again"]) from broken
    if not isinstance(body, dict):
        raise RecipientError(["body: expected a JSON object, came another value; save the recipient again"])
    roles = [role for role in str(item.get("roles", "")).split(",") if role]
    own = {name: item.get(name) for name in ("store_id", "person_id", "is_inside")}
    return read_recipient({**body, **own, "roles": roles})


class _Reader:
    """A mapping being read; problems are collected, so that all are told at once."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self._written = written
        self._name = f"recipient {written.get('person_id', '?')}"
        self._problems: list[str] = []

    def recipient(self) -> Recipient:
        known = [attribute.name for attribute in dataclasses.fields(Recipient)]
        for name in self._written.keys() - set(known):
            near = difflib.get_close_matches(name, known, n=1)
            self._problem(
                name,
                f"one of {', '.join(known)}",
                "an unknown name",
                f"did you mean {near[0]}?" if near else "remove it",
            )
        recipient = Recipient(
            store_id=self._store_id(),
            person_id=self._id("person_id"),
            roles=self._roles(),
            channels=self._channels(),
            is_inside=self._flag("is_inside"),
            language=self._choice("language", LANGUAGES, "en"),
            time_zone=self._time_zone(),
            quiet_hours=self._quiet_hours(),
            quiet_breaks_at=self._choice("quiet_breaks_at", SEVERITIES, "high"),
            most_per_shift=self._whole("most_per_shift", 20, 1, 1000),
            shift_hours=self._whole("shift_hours", 8, 1, 24),
        )
        if self._problems:
            raise RecipientError(self._problems)
        return recipient

    def _problem(self, name: str, expected: str, came: str, cure: str = "correct it") -> None:
        self._problems.append(f"{self._name}: {name}: expected {expected}, came {came}; {cure}")

    def _store_id(self) -> str:
        return "*" if self._written.get("store_id") == "*" else self._id("store_id")

    def _id(self, name: str) -> str:
        value = self._written.get(name)
        if not isinstance(value, str) or not _ID.fullmatch(value):
            self._problem(name, "up to 64 letters, digits, `.`, `_` or `-`", repr(value))
            return "?"
        return value

    def _roles(self) -> tuple[str, ...]:
        value = self._written.get("roles", [])
        if (
            not isinstance(value, list | tuple)
            or not value
            or not all(isinstance(role, str) and _ID.fullmatch(role) for role in value)
        ):
            self._problem("roles", "a list of at least one role", repr(value), "say as what the person is told")
            return ()
        return tuple(value)

    def _channels(self) -> tuple[Channel, ...]:
        value = self._written.get("channels", [])
        if not isinstance(value, list | tuple) or not value:
            self._problem("channels", "at least one way to the person", "none", "add an address")
            return ()
        channels = tuple(self._channel(f"channels[{place}]", each) for place, each in enumerate(value))
        ways = [(channel.kind, channel.address) for channel in channels if channel.address]
        if len(set(ways)) < len(ways):
            self._problem("channels", "each address once", "one twice", "keep the one of the lower minimum_severity")
        return channels

    def _channel(self, name: str, written: Any) -> Channel:
        fields: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
        for unknown in sorted(fields.keys() - {"kind", "address", "minimum_severity"}):
            self._problem(f"{name}.{unknown}", "kind, address or minimum_severity", "an unknown name", "remove it")
        kind, address = fields.get("kind"), fields.get("address", "")
        if kind == "push" and isinstance(address, Mapping):
            address = json.dumps(dict(address))
        severity = fields.get("minimum_severity", "low")
        if kind not in CHANNEL_KINDS:
            self._problem(f"{name}.kind", f"one of {', '.join(CHANNEL_KINDS)}", repr(kind))
        elif kind == "push":
            self._check_subscription(f"{name}.address", address)
        else:
            pattern, expected = _ADDRESSES[kind]
            # Never the address itself: messages end up in logs.
            if not isinstance(address, str) or not pattern.fullmatch(address):
                self._problem(f"{name}.address", expected, "none" if not address else "something else")
        if severity not in SEVERITIES:
            self._problem(f"{name}.minimum_severity", f"one of {', '.join(SEVERITIES)}", repr(severity))
        return Channel(
            kind=next((each for each in CHANNEL_KINDS if each == kind), "email"),
            address=str(address),
            minimum_severity=next((each for each in SEVERITIES if each == severity), "low"),
        )

    def _check_subscription(self, name: str, address: Any) -> None:
        try:
            subscription = json.loads(address)
            endpoint, keys = urlsplit(subscription["endpoint"]), subscription["keys"]
            # In the clear on this machine only, for tests.
            is_safe = endpoint.scheme == "https" or (endpoint.scheme == "http" and endpoint.hostname == "127.0.0.1")
            complete = is_safe and all(isinstance(keys[key], str) and keys[key] for key in ("p256dh", "auth"))
        except (TypeError, ValueError, KeyError, AttributeError):
            complete = False
        if not complete:
            self._problem(
                name, "the browser's push subscription as JSON", "something else", "subscribe again in the app"
            )

    def _flag(self, name: str) -> bool:
        value = self._written.get(name, False)
        if not isinstance(value, bool):
            self._problem(name, "true or false", repr(value))
        return bool(value)

    def _whole(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self._written.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self._problem(name, f"a whole number from {lowest} to {highest}", repr(value))
            return default
        return value

    def _choice(self, name: str, choices: tuple[Any, ...], default: Any) -> Any:
        value = self._written.get(name, default)
        if value not in choices:
            self._problem(name, f"one of {', '.join(choices)}", repr(value))
            return default
        return value

    def _time_zone(self) -> str:
        value = self._written.get("time_zone", "")
        if value == "":
            return ""
        try:
            ZoneInfo(value)
        except (TypeError, ValueError, OSError, LookupError):
            self._problem("time_zone", "a zone such as Europe/Berlin", repr(value))
            return ""
        return str(value)

    def _quiet_hours(self) -> Hours | None:
        value = self._written.get("quiet_hours")
        if value is None:
            return None
        is_read = isinstance(value, Mapping) and all(
            day in WEEKDAYS
            and isinstance(stretches, list | tuple)
            and all(isinstance(each, str) and _HOURS.fullmatch(each) and each[:5] < each[6:] for each in stretches)
            for day, stretches in value.items()
        )
        if not is_read:
            self._problem("quiet_hours", 'weekdays with stretches such as { monday = ["20:00-24:00"] }', repr(value))
            return None
        return {day: tuple(stretches) for day, stretches in value.items()}
