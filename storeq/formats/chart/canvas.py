"""An SVG that is drawn on: every text goes through the XML writer, so that no name of a store becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from xml.etree import ElementTree as ET

SMALL_CHARACTER = 7.0
"""Width of a character of the small type, in pixels: near enough to leave room for a label."""
SERIES_COLOURS = 7
Anchor = Literal["start", "middle", "end"]


class Canvas:
    """One SVG of a width and height in pixels; `look` are classes of the style sheet, `tip` shows when pointed at."""

    def __init__(self, width: float, height: float, says: str) -> None:
        self.width = width
        self.height = height
        self.root = ET.Element("svg", {"viewBox": f"0 0 {_short(width)} {_short(height)}", "role": "img"})
        self.root.set("aria-label", says)

    def rectangle(
        self, left: float, top: float, width: float, height: float, look: str, *, tip: str = "", opacity: float = 1
    ) -> None:
        """Draw a rectangle; a negative width or height is none."""
        places = {"x": left, "y": top, "width": max(0.0, width), "height": max(0.0, height)}
        found = self._add("rect", places, look, tip)
        if opacity < 1:
            found.set("fill-opacity", f"{opacity:.2f}")

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        """Draw a straight line."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, look)

    def path(self, points: Sequence[tuple[float, float]], look: str, *, is_closed: bool = False) -> None:
        """Draw a line through points, or the area within them."""
        told = "L".join(f"{_short(x)},{_short(y)}" for x, y in points)
        ET.SubElement(self.root, "path", {"d": f"M{told}{'Z' if is_closed else ''}", "class": look})

    def dot(self, x: float, y: float, radius: float, look: str, *, tip: str = "") -> None:
        """Draw a dot."""
        self._add("circle", {"cx": x, "cy": y, "r": radius}, look, tip)

    def text(self, x: float, y: float, said: str, look: str = "", *, anchor: Anchor = "start") -> None:
        """Write words with their base line at `y`."""
        found = self._add("text", {"x": x, "y": y}, look)
        found.set("text-anchor", anchor)
        found.text = said

    def _add(self, tag: str, places: dict[str, float], look: str, tip: str = "") -> ET.Element:
        attributes = {name: _short(value) for name, value in places.items()}
        found = ET.SubElement(self.root, tag, attributes | ({"class": look} if look else {}))
        if tip:
            ET.SubElement(found, "title").text = tip
        return found


def look_of(number: int) -> str:
    """Return the class that colours the series of a number; those beyond the palette are grey."""
    return f"series-{number}" if number < SERIES_COLOURS else "series-rest"


def fitted(said: str, width: float) -> str:
    """Return words cut to a width in pixels.

    >>> fitted("a long name of a store", 64)
    'a long n…'
    """
    room = max(1, int(width / SMALL_CHARACTER))
    return said if len(said) <= room else f"{said[: room - 1]}…"


def width_of(texts: Sequence[str]) -> float:
    """Return the width of the longest text, in pixels."""
    return (max(map(len, texts), default=0) + 1) * SMALL_CHARACTER


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
