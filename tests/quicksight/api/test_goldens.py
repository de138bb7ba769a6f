from __future__ import annotations

import json

from quicksight.api.requests import Request
from tests.quicksight.goldens import COMMAND, FOLDER, goldens, written


def test_what_is_rendered_is_what_was_reviewed(requests: tuple[Request, ...]) -> None:
    """A change of a definition is seen in what Quick Sight would get; one command takes it over."""
    rendered = goldens(requests)
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    stale = sorted(name for name in rendered | stored if rendered.get(name) != stored.get(name))
    assert not stale, f"these differ from what is rendered: {', '.join(stale)}; look at them after `{COMMAND}`"


def test_goldens_are_json() -> None:
    """What stands on fewer lines is still the same value."""
    value: dict[str, object] = {"b": [1, {"long": "x" * 130}], "a": None, "c": {}}
    assert json.loads(written(value)) == value
