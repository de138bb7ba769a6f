"""How figures say that they are not to be trusted: what was watched too little is faded."""

from __future__ import annotations

from quicksight.api import Json
from quicksight.api.palette import Palette

POOR_COVERAGE = 0.8
"""Share of the time below which a figure is faded, as in the comparisons of the views."""


def faded(coverage: str, palette: Palette) -> Json:
    """Return the colour of a figure by the field of its coverage."""
    return {"Solid": {"Expression": f"{{{coverage}}} < {POOR_COVERAGE}", "Color": palette["comparison"]}}
