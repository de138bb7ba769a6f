"""The digest: what was kept for somebody, in one message; what was over meanwhile says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.alerts import SEVERITIES, state_of
from contracts.alerts import Action as Act
from contracts.recipients import Recipient
from design.css import load_tokens
from lambdas.notifier.channels.base import Message
from lambdas.notifier.words import facts, gsm
from lambdas.notifier.words.compose import alert_link, templates, why
from lambdas.notifier.words.facts import Told


@dataclass(frozen=True, slots=True)
class Kept:
    """One alert of a digest, and why it was kept: `quiet` or `ceiling`."""

    told: Told
    acts: Sequence[Act]
    reason: str

    @property
    def is_over(self) -> bool:
        """Whether it was over meanwhile, or found to be nothing."""
        return state_of(self.told.alert, self.acts) in ("resolved", "expired")


@dataclass(frozen=True, slots=True)
class Line:
    """One alert in one line."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Part:
    """Alerts under one heading."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What the templates show."""

    language: str
    subject: str
    parts: tuple[Part, ...]
    why: str


def compose_digest(kept: Sequence[Kept], *, recipient: Recipient, app_url: str) -> Message:
    """Return the message about at least one alert that was kept for a person."""
    first = kept[0].told
    voice = first.voice
    still_open, over = ([each for each in kept if each.is_over is is_over] for is_over in (False, True))
    subject = voice.count("digest.subject", len(kept), open=voice.whole(len(still_open)))
    reasons = sorted({voice.say(f"digest.{each.reason}") for each in kept})
    digest = Digest(
        language=voice.language,
        subject=subject,
        parts=tuple(
            Part(voice.say(f"digest.{name}"), tuple(_line(each, app_url) for each in part))
            for name, part in (("open", still_open), ("over", over))
        ),
        why=f"{voice.say('digest.why', reasons=', '.join(reasons))} "
        + why(voice, recipient=recipient, store=facts.store_name(first)),
    )
    return Message(
        subject=subject,
        short=gsm.shortest_that_tells_most((f"{subject}. {app_url}/alerts", subject)),
        text=templates().get_template("digest.txt.j2").render(digest=digest),
        html=templates().get_template("digest.html.j2").render(digest=digest, colours=load_tokens()["colour"]),
        link=f"{app_url}/alerts",
        chart=None,
        thread_id=f"digest-{first.now_ms}",
        store_id=first.alert.store_id,
        severity=max((each.told.alert.severity for each in kept), key=SEVERITIES.index),
        stage=None,
    )


def _line(kept: Kept, app_url: str) -> Line:
    told = kept.told
    text = facts.headline(told)
    if kept.is_over and told.alert.ended_ms:
        text = told.voice.say("digest.was", fact=text, end=facts.ended(told))
    lead = " · ".join(facts.lead(told))
    return Line(f"{lead} · {text}", alert_link(app_url, told.alert))
