"""Writes what is sent to Amazon Quick Sight: a file of JSON for each request, in the order in which they are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from quicksight.api.account import Account
from quicksight.api.requests import Request, requests_of
from quicksight.model.dashboards import Dashboard
from quicksight.preview.files import write
from storeq.questions import Library


def render_all(dashboards: Sequence[Dashboard], library: Library, account: Account, out: Path) -> list[Path]:
    """Write every request for an account into a folder, and return the files in the order of sending.

    Raises:
        DefinitionError: Quick Sight cannot say what a definition asks for.
        StoreqError: a view is not there.
    """
    requests = requests_of(dashboards, library, account)
    files = [out / _file_name(number, request) for number, request in enumerate(requests, start=1)]
    for stale in set(out.glob("*.json")) - set(files):
        stale.unlink()
    for file, request in zip(files, requests, strict=True):
        write(file, json.dumps(request.parameters, indent=2, ensure_ascii=False) + "\n")
    return files


def _file_name(number: int, request: Request) -> str:
    words = re.findall("[A-Z][a-z]*", request.operation)
    return f"{number:02}-{'-'.join(words).lower()}-{request.name}.json"
