"""The mail that a report comes with, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import format_interval
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from contracts.recipients import Language
from design.css import load_tokens
from lambdas.dashboards.scopes import Scope
from lambdas.dashboards.weekly.audiences import Audience
from lambdas.dashboards.weekly.reports import Report

_WEEK = dt.timedelta(days=6)
_PAGE = """{% extends "base.html.j2" %}
{% block content %}
<h1>{{ title }}</h1>
<p>{{ body }}</p>
<p><a class="button first" href="{{ link }}">{{ open }}</a></p>
<p class="why">{{ why }}</p>
{% endblock %}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What people read in one language."""

    subject: str
    body: str
    open: str
    why: str
    chain: str
    region: str
    file: str


PHRASES: Mapping[Language, Phrases] = {
    "en": Phrases(
        subject="The week in {place}: {dates}",
        body="Visitors, waits, stores that need attention and alerts in {place}, {dates}: see the attached report.",
        open="Open the dashboards",
        why="You get this each Monday, as you have the role “{role}” in {place}. Times are those of {zone}.",
        chain="all stores",
        region="the region {name}",
        file="week",
    ),
    "de": Phrases(
        subject="Die Woche in {place}: {dates}",
        body="Besucher, Wartezeiten, auffällige Filialen und Meldungen in {place}, {dates}: siehe Bericht im Anhang.",
        open="Auswertungen öffnen",
        why="Du bekommst dies jeden Montag, weil du die Rolle „{role}“ in {place} hast. Zeiten gelten für {zone}.",
        chain="allen Filialen",
        region="der Region {name}",
        file="woche",
    ),
    "es": Phrases(
        subject="La semana en {place}: {dates}",
        body="Visitantes, esperas, tiendas que piden atención y avisos en {place}, {dates}: mira el informe adjunto.",
        open="Abrir los paneles",
        why="Lo recibes cada lunes porque tienes el rol «{role}» en {place}. Las horas son las de {zone}.",
        chain="todas las tiendas",
        region="la región {name}",
        file="semana",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says; `file` names its PDF, without the ending."""

    subject: str
    text: str
    html: str
    file: str


def letter(report: Report, audience: Audience, *, language: Language, app_url: str) -> Letter:
    """Return the mail about a report in a language."""
    phrases = PHRASES[language]
    place = _place(phrases, report.scope, audience.title)
    dates = format_interval(report.monday, report.monday + _WEEK, "yMMMd", locale=language)
    subject = phrases.subject.format(place=place, dates=dates)
    body = phrases.body.format(place=place, dates=dates)
    why = phrases.why.format(role=audience.role, place=place, zone=audience.time_zone)
    html = _page().render(
        language=language,
        title=subject,
        body=body,
        link=app_url,
        open=phrases.open,
        why=why,
        colours=load_tokens()["colour"],
    )
    text = f"{body}\n\n{phrases.open}: {app_url}\n\n{why}\n"
    return Letter(subject=subject, text=text, html=html, file=f"{phrases.file}-{report.week}-{_plain(report.scope)}")


def _place(phrases: Phrases, scope: Scope, title: str) -> str:
    if scope.kind == "store":
        return _one_line(title) or scope.name
    return phrases.chain if scope.kind == "chain" else phrases.region.format(name=_one_line(title) or scope.name)


def _plain(scope: Scope) -> str:
    """Return a scope as a part of a file's name."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in scope.name or scope.kind).split())


def _one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the alerts' templates, so that all mails look alike; pages escape whatever comes from outside."""
    return Environment(
        loader=PackageLoader("lambdas.notifier.words", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page() -> Template:
    return _environment().from_string(_PAGE)
