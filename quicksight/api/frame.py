"""What every visual has around its chart: id, title, what one must know to read it, and the same in words."""

from __future__ import annotations

from quicksight.api import Json
from quicksight.model.visuals import Visual

ALT_TEXT_LENGTH = 1024


def framed(kind: str, visual: Visual, configuration: Json, alternative: str, **others: Json | list[Json]) -> Json:
    """Return a visual of a kind with its chart.

    Args:
        kind: as Quick Sight names it, such as `BarChartVisual`.
        visual: what it shows.
        configuration: the chart.
        alternative: what the chart shows, for who cannot see it.
        others: further parts, such as `ConditionalFormatting`.
    """
    said: Json = {
        "VisualId": visual.name,
        "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": visual.title}},
        "Subtitle": _subtitle(visual),
        "ChartConfiguration": configuration,
        "VisualContentAltText": _shortened(f"{visual.title}. {alternative}"),
    }
    return {kind: said | {name: value for name, value in others.items() if value}}


def _subtitle(visual: Visual) -> Json:
    said = [visual.note] if visual.note else []
    if visual.empty:
        # Quick Sight says "no data" in its own words, and has no place for ours but this.
        said.append(f"If nothing is shown: {visual.empty}")
    if not said:
        return {"Visibility": "HIDDEN"}
    return {"Visibility": "VISIBLE", "FormatText": {"PlainText": " ".join(said)}}


def _shortened(text: str) -> str:
    return text if len(text) <= ALT_TEXT_LENGTH else text[: ALT_TEXT_LENGTH - 1] + "…"
