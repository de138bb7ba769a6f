"""What a deployment sets, from environment variables; every problem is told at once, at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

SmsBy = Literal["none", "end_user_messaging", "sns"]
_PREFIX = "NOTIFIER_"


class SettingsError(ValueError):
    """The notifier cannot start; the message lists every problem and its cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the notifier works.

    Attributes:
        app_url: where the app is; links lead there.
        sender: verified address that e-mails come from; empty: no e-mail.
        sms_by: who sends text messages.
        origination_identity: number, sender id or pool of End User Messaging.
        push_key: private VAPID key, base64url; empty: no web push.
        push_contact: address that push services may write to.
        stale_after_ms: what is older when first seen is recorded and not sent.
        lease_ms: after so long a claim whose holder fell silent may be taken over.
        tries_max: after so many tries a message has failed.
    """

    app_url: str
    retry_queue_url: str = ""
    dead_queue_url: str = ""
    table_prefix: str = ""
    sender: str = ""
    configuration_set: str = ""
    sms_by: SmsBy = "none"
    origination_identity: str = ""
    push_key: str = ""
    push_contact: str = ""
    stale_after_ms: int = 15 * 60_000
    lease_ms: int = 60_000
    tries_max: int = 5


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read `NOTIFIER_APP_URL` and its like.

    Raises:
        SettingsError: with every problem.
    """
    problems: list[str] = []
    settings = Settings(
        app_url=_url(environment, "APP_URL", problems).rstrip("/"),
        retry_queue_url=_url(environment, "RETRY_QUEUE_URL", problems),
        dead_queue_url=_url(environment, "DEAD_QUEUE_URL", problems),
        table_prefix=environment.get(f"{_PREFIX}TABLE_PREFIX", ""),
        sender=environment.get(f"{_PREFIX}SENDER", ""),
        configuration_set=environment.get(f"{_PREFIX}CONFIGURATION_SET", ""),
        sms_by=_sms_by(environment, problems),
        origination_identity=environment.get(f"{_PREFIX}ORIGINATION_IDENTITY", ""),
        push_key=environment.get(f"{_PREFIX}PUSH_KEY", ""),
        push_contact=environment.get(f"{_PREFIX}PUSH_CONTACT", ""),
        stale_after_ms=1000 * _whole(environment, "STALE_AFTER_SECONDS", 900, problems),
        lease_ms=1000 * _whole(environment, "LEASE_SECONDS", 60, problems),
        tries_max=_whole(environment, "TRIES_MAX", 5, problems),
    )
    if settings.sms_by == "end_user_messaging" and not settings.origination_identity:
        problems.append(f"{_PREFIX}ORIGINATION_IDENTITY: expected a number, sender id or pool, came none; add it")
    if settings.push_key and "@" not in settings.push_contact:
        problems.append(f"{_PREFIX}PUSH_CONTACT: expected an e-mail address beside PUSH_KEY, came none; add it")
    if problems:
        raise SettingsError("the notifier cannot start:\n" + "\n".join(f"- {problem}" for problem in problems))
    return settings


def _url(environment: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = environment.get(_PREFIX + name, "")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        problems.append(f"{_PREFIX}{name}: expected an http address, came {value!r}; set it")
    return value


def _sms_by(environment: Mapping[str, str], problems: list[str]) -> SmsBy:
    value = environment.get(f"{_PREFIX}SMS_BY", "none")
    known: tuple[SmsBy, ...] = get_args(SmsBy)
    if value not in known:
        problems.append(f"{_PREFIX}SMS_BY: expected one of {', '.join(known)}, came {value!r}; correct it")
    return next((each for each in known if each == value), "none")


def _whole(environment: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    value = environment.get(_PREFIX + name, str(default))
    if not value.isdigit() or int(value) < 1:
        problems.append(f"{_PREFIX}{name}: expected a whole number of at least 1, came {value!r}; correct it")
        return default
    return int(value)
