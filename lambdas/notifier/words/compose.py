"""A message in all its forms, from an alert: subject, short, text and page say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts.alerts import MAX_COMMENT_LENGTH, Action, Alert, Severity, Stage, verdict_of
from contracts.recipients import Recipient
from contracts.rules import HAZARD, Store
from design.css import load_tokens
from lambdas.notifier.channels.base import Message
from lambdas.notifier.chart import Drawing, chart, points_of
from lambdas.notifier.timing import zone_of
from lambdas.notifier.words import facts, gsm
from lambdas.notifier.words.facts import Told
from lambdas.notifier.words.voice import Voice

COLOUR_OF: dict[Severity, str] = {"low": "muted", "medium": "amber", "high": "red"}


@dataclass(frozen=True, slots=True)
class Button:
    """A link into the app that proposes an act; the app asks before it is done, as mail programs follow links too."""

    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One line of evidence."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the templates show."""

    language: str
    lead: str
    colour: str
    headline: str
    title: str
    advice: str
    buttons: tuple[Button, ...]
    details: tuple[Detail, ...]
    chart_text: str
    chart_caption: str
    link: str
    open_label: str
    why: str


def told_of(
    alert: Alert, acts: Sequence[Action], *, stage: Stage, recipient: Recipient, store: Store, now_ms: int
) -> Told:
    """Return an alert as this person is told of it: in their language and time."""
    voice = Voice(recipient.language, zone_of(recipient, store.time_zone))
    is_dismissed = verdict_of(acts) not in (None, "true")
    return Told(alert=alert, store=store, voice=voice, stage=stage, now_ms=now_ms, is_dismissed=is_dismissed)


def compose(told: Told, *, acts: Sequence[Action], recipient: Recipient, app_url: str) -> Message:
    """Return the message about one alert."""
    page = _page(told, acts=acts, recipient=recipient, app_url=app_url)
    picture = _chart(told)
    return Message(
        subject=" · ".join((*facts.lead(told), facts.headline(told))),
        short=short(told, page.link),
        text=_render("mail.txt.j2", page=page),
        html=_render("mail.html.j2", page=page, has_chart=picture is not None, colours=load_tokens()["colour"]),
        link=page.link,
        chart=picture,
        thread_id=told.alert.alert_id,
        store_id=told.alert.store_id,
        severity=told.alert.severity,
        stage=told.stage,
    )


def short(told: Told, link: str) -> str:
    """Return the text message: what to do and the link as far as they fit into one."""
    fact = ". ".join((*(facts.capital(each) for each in facts.lead(told)), facts.headline(told))) + "."
    with_advice, with_link = f"{fact} {facts.advice(told)}".rstrip(), f"{fact} {link}"
    # Who is to judge needs the pictures; who is to act needs to know what to do.
    next_best = (with_link, with_advice) if told.stage == "review" else (with_advice, with_link)
    return gsm.shortest_that_tells_most((f"{with_advice} {link}", *next_best, fact))


def alert_link(app_url: str, alert: Alert, **act: str) -> str:
    """Return the address of an alert's page, with an act proposed."""
    page = f"{app_url}/alerts/{quote(alert.store_id, safe='')}/{quote(alert.alert_id, safe='')}"
    return f"{page}?{urlencode(act)}" if act else page


def _page(told: Told, *, acts: Sequence[Action], recipient: Recipient, app_url: str) -> Page:
    voice, alert = told.voice, told.alert
    return Page(
        language=voice.language,
        lead=" · ".join(facts.lead(told)),
        colour="accent" if told.stage == "resolved" else COLOUR_OF[alert.severity],
        headline=f"{facts.headline(told)}.",
        title=facts.one_line(alert.title),
        advice=facts.advice(told),
        buttons=_buttons(told, app_url),
        details=_details(told, acts),
        chart_text=voice.say("page.chart", amount=facts.amount(told, alert.worst_value)),
        chart_caption=_caption(told),
        link=alert_link(app_url, alert),
        open_label=voice.say("page.open"),
        why=why(voice, recipient=recipient, store=facts.store_name(told)),
    )


def why(voice: Voice, *, recipient: Recipient, store: str) -> str:
    """Return why the person gets it, and whose time it tells."""
    return voice.say("page.why", roles=", ".join(recipient.roles), store=store, zone=str(voice.zone))


def _buttons(told: Told, app_url: str) -> tuple[Button, ...]:
    """Return the two most likely acts."""

    def button(name: str, **act: str) -> Button:
        return Button(told.voice.say(f"button.{name}"), alert_link(app_url, told.alert, **act))

    is_so = button("confirm", do="verdict", verdict="true")
    if told.stage == "review":
        return is_so, button("reject", do="verdict", verdict="false")
    if told.stage == "resolved":
        return () if told.is_dismissed else (is_so, button("false_alarm", do="verdict", verdict="false"))
    return button("acknowledge", do="acknowledge"), button("false_alarm", do="verdict", verdict="false")


def _details(told: Told, acts: Sequence[Action]) -> tuple[Detail, ...]:
    voice, alert = told.voice, told.alert
    rows = [("where", f"{facts.place(told)}, {facts.store_name(told)}"), ("when", facts.since(told))]
    if told.stage == "resolved" and alert.ended_ms:
        rows += [("until", facts.ended(told)), ("lasted", voice.duration((alert.ended_ms - alert.started_ms) / 1000))]
    rows += _measured(told)
    rows += [("comment", facts.one_line(act.comment or "")[:MAX_COMMENT_LENGTH]) for act in acts if act.comment]
    return tuple(Detail(voice.say(f"detail.{name}"), value) for name, value in rows)


def _measured(told: Told) -> list[tuple[str, str]]:
    voice, alert = told.voice, told.alert
    if alert.metric.startswith(HAZARD):
        return [("sure", voice.share(alert.worst_value))]
    if alert.metric not in facts.MEASURED:
        return []
    now, worst = (facts.shown(told, value) for value in (alert.value, alert.worst_value))
    rows = [("now", now), ("worst", worst), ("limit", facts.limit(told))]
    counted = facts.counted_advice(alert)
    if counted is not None and told.stage != "resolved":
        lanes = voice.say("detail.lanes_value", open=str(counted.lanes_open), needed=str(counted.lanes_needed))
        arriving = voice.say("detail.arrivals_value", n=voice.whole(counted.arrivals_per_hour))
        rows += [("lanes", lanes), ("arrivals", arriving)]
    return rows


def _caption(told: Told) -> str:
    named = f"unit.{told.alert.metric}"
    unit = told.voice.say(named) if told.voice.knows(named) else facts.one_line(told.alert.metric)
    return told.voice.say("page.caption", unit=unit, limit=facts.limit(told))


def _chart(told: Told) -> bytes | None:
    alert, voice = told.alert, told.voice
    return chart(
        Drawing(
            points=points_of(alert.history),
            limit=alert.limit_value,
            write_value=lambda value: facts.shown(told, value),
            write_time=lambda time_ms: f"{voice.local(time_ms):%H:%M}",
            steps=facts.steps(alert.metric),
        )
    )


def _render(name: str, **values: Any) -> str:
    return templates().get_template(name).render(**values)


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; pages escape whatever comes from outside."""
    return Environment(
        loader=PackageLoader("lambdas.notifier.words", "templates"),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
