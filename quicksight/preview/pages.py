"""The HTML of the local site: one page for a dashboard and lake, and one that lists them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from design.css import css_variables, load_tokens
from quicksight.model.dashboards import Dashboard
from quicksight.preview.definition import Json
from quicksight.preview.lake import Lake

SCRIPTS = ("dashboards.js",)
"""What a page runs, where the build gives it; it loads the rest itself: the choices, rows, charts, outlines."""


def dashboard_page(definition: Json) -> str:
    """Return the page of a dashboard: what it shows comes from its definition and from scripts beside it."""
    return _template("page.html.j2").render(
        tokens=_tokens(),
        title=definition["title"],
        question=definition["question"],
        lake=definition["lake"]["title"],
        definition=_inlined(definition),
    )


def index_page(lakes: Iterable[Lake], dashboards: Iterable[Dashboard]) -> str:
    """Return the page that lists the dashboards of each lake."""
    return _template("index.html.j2").render(tokens=_tokens(), lakes=[*lakes], dashboards=[*dashboards])


def _tokens() -> Markup:
    return Markup(css_variables(load_tokens()))


def _inlined(definition: Json) -> Markup:
    # Within a script only `<` can end it, or open a comment.
    return Markup(json.dumps(definition, ensure_ascii=False).replace("<", "\\u003c"))


def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("quicksight.preview"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(name)
