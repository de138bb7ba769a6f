"""What a deployment sets for embedding, from environment variables; every problem is told at once, at the start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

PREFIX = "DASHBOARDS_"
SESSION_MINUTES_MIN = 15
SESSION_MINUTES_MAX = 600
DOMAINS_MAX = 3

_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/(?:[\w+=,.@/-]+/)?[\w+=,.@-]{1,64}")
_DASHBOARD = re.compile(r"(?P<name>[a-z][a-z0-9-]*)=(?P<id>[\w-]{1,512})", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


class SettingsError(ValueError):
    """A function cannot start; the message lists every problem and its cure."""

    def __init__(self, what: str, problems: list[str]) -> None:
        super().__init__(f"{what} cannot start:\n" + "\n".join(f"- {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How embedding works.

    Attributes:
        account_id: the account of Quick Sight.
        identity_region: where Quick Sight keeps users and groups: its home region.
        role_arn: the role that readers are registered with; nobody can assume it.
        dashboards: name to Quick Sight's id.
        domains: web addresses that may show a dashboard.
        session_minutes: how long an opened dashboard stays open.
        namespace: of users and groups.
        viewers_group: the group that every reader is in: dashboards are shared with it. It gives no rows.
    """

    account_id: str
    identity_region: str
    role_arn: str
    dashboards: Mapping[str, str]
    domains: tuple[str, ...]
    session_minutes: int = 60
    namespace: str = "default"
    viewers_group: str = "store-traffic-viewer"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read `DASHBOARDS_ACCOUNT_ID` and its like.

    Raises:
        SettingsError: with every problem.
    """
    problems: list[str] = []
    settings = Settings(
        account_id=_matched(environment, "ACCOUNT_ID", _ACCOUNT, "12 digits", problems),
        identity_region=_matched(environment, "IDENTITY_REGION", _REGION, "a region such as eu-central-1", problems),
        role_arn=_matched(environment, "ROLE_ARN", _ROLE, "the ARN of a role", problems),
        dashboards=_dashboards(environment, problems),
        domains=_domains(environment, problems),
        session_minutes=_minutes(environment, problems),
        namespace=environment.get(f"{PREFIX}NAMESPACE", "default"),
        viewers_group=environment.get(f"{PREFIX}VIEWERS_GROUP", "store-traffic-viewer"),
    )
    if problems:
        raise SettingsError("embedding of dashboards", problems)
    return settings


def _matched(
    environment: Mapping[str, str], name: str, pattern: re.Pattern[str], expected: str, problems: list[str]
) -> str:
    value = environment.get(PREFIX + name, "")
    if not pattern.fullmatch(value):
        problems.append(f"{PREFIX}{name}: expected {expected}, came {value!r}; set it")
    return value


def _dashboards(environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _parts(environment, "IDS"):
        read = _DASHBOARD.fullmatch(part)
        if read is None or read["name"] in found:
            problems.append(f"{PREFIX}IDS: expected name=id, each name once, came {part!r}; correct it")
        else:
            found[read["name"]] = read["id"]
    if not found:
        problems.append(f"{PREFIX}IDS: expected at least one name=id, came none; set it as the deployment puts it out")
    return found


def _domains(environment: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    domains = tuple(_parts(environment, "DOMAINS"))
    is_local = environment.get(f"{PREFIX}STAGE", "") == "local"
    if not 1 <= len(domains) <= DOMAINS_MAX:
        problems.append(f"{PREFIX}DOMAINS: expected 1 to {DOMAINS_MAX} addresses, came {len(domains)}; correct it")
    problems += [
        f"{PREFIX}DOMAINS: expected https://host without a path (http://localhost in the stage `local`), "
        f"came {domain!r}; correct it"
        for domain in domains
        if not _is_domain(domain, is_local=is_local)
    ]
    return domains


def _is_domain(domain: str, *, is_local: bool) -> bool:
    try:
        parts = urlsplit(domain)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    # A wildcard may stand for one label before a real domain, never for a whole top-level one.
    is_named = bool(re.fullmatch(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", host)) and "*." not in host[2:]
    is_wide = host.startswith("*.") and host.count(".") < 2  # noqa: PLR2004 - *.example.com has two
    is_plain = domain == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    is_safe = parts.scheme == "https" and is_named and not is_wide
    return is_plain and (is_safe or (is_local and parts.scheme == "http" and host == "localhost"))


def _minutes(environment: Mapping[str, str], problems: list[str]) -> int:
    value = environment.get(f"{PREFIX}SESSION_MINUTES", "60")
    if not value.isascii() or not value.isdigit() or not SESSION_MINUTES_MIN <= int(value) <= SESSION_MINUTES_MAX:
        problems.append(
            f"{PREFIX}SESSION_MINUTES: expected {SESSION_MINUTES_MIN} to {SESSION_MINUTES_MAX}, came {value!r}; "
            "correct it"
        )
        return SESSION_MINUTES_MIN
    return int(value)


def _parts(environment: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environment.get(PREFIX + name, "").split(",") if part.strip()]
