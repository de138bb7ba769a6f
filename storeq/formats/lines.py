"""CSV and JSON lines: exact values for machines."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any

from storeq.formats.answered import Answered


def csv_lines(answered: Answered) -> Iterator[str]:
    """Give the lines of a CSV as RFC 4180 has it: a header, CRLF at the end of each; a null is an empty cell."""
    yield _csv_line(answered.rows.schema.names)
    for row in answered.each():
        yield _csv_line([_cell(value) for value in row.values()])


def json_lines(answered: Answered) -> Iterator[str]:
    """Give one JSON object a line."""
    for row in answered.each():
        yield json.dumps(row, default=_text, ensure_ascii=False) + "\n"


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, default=_text)
    return repr(value) if isinstance(value, float) else str(_plain(value))


def _plain(value: Any) -> Any:
    return _text(value) if isinstance(value, dt.date) else value


def _text(value: Any) -> str:
    """Return dates and instants as ISO 8601 has them, instants in UTC with a Z."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else str(value)
