"""What is rendered of the definitions, as files that a person can review as a diff."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from glue.views import load_views
from quicksight.api.requests import Request, requests_of
from quicksight.dashboards import DASHBOARDS
from storeq.questions import Library
from tests.quicksight.api.account import ACCOUNT

FOLDER = Path(__file__).parent / "golden"
WIDTH = 120
COMMAND = "python -m tests.quicksight.update_goldens"


def goldens(requests: Iterable[Request] | None = None) -> dict[str, str]:
    """Return the text of every file by its name: of these requests, or of the project's."""
    if requests is None:
        requests = requests_of(DASHBOARDS, Library(load_views()), ACCOUNT)
    return {golden_name(request): written(request.parameters) for request in requests}


def golden_name(request: Request) -> str:
    """Return the file of a request, such as `dashboard.weekly.json`."""
    words = re.findall("[A-Z][a-z]*", request.operation)[1:]
    return f"{'-'.join(words).lower()}.{request.name}.json"


def written(value: Any) -> str:
    """Return JSON with sorted keys, where what fits stands on one line."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, lead: str) -> list[str]:
    short = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(lead) + len(short) <= WIDTH or not isinstance(value, Mapping | list):
        return [lead + short]
    indent = " " * (len(lead) - len(lead.lstrip()))
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    members = (
        [(f"{json.dumps(name, ensure_ascii=False)}: ", value[name]) for name in sorted(value)]
        if isinstance(value, Mapping)
        else [("", item) for item in value]
    )
    inner = [_lines(member, f"{indent} {name}") for name, member in members]
    for lines in inner[:-1]:
        lines[-1] += ","
    return [lead + opening, *(line for lines in inner for line in lines), indent + closing]
