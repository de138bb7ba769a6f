"""The page of a chart: the question, what the answer is of, the drawings, and the same rows as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import islice
from xml.etree import ElementTree as ET

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from design.css import css_variables, load_tokens
from storeq.formats.answered import Answered, asked_words
from storeq.formats.chart.canvas import SERIES_COLOURS, look_of
from storeq.formats.chart.data import MOST_PANELS, Panel, Point, Series, panels_of
from storeq.formats.chart.drawing import MOST_ROWS, draw
from storeq.formats.chart.spec import ChartSpec, chart_of
from storeq.formats.table import cell_text
from storeq.formats.units import NUMBERS, unit_of
from storeq.formats.words import share

WIDE = 1200
HALF = 560
NARROW = 340
SVG_WIDTH = 960
SVG_MARGIN = 12
MOST_TABLE_ROWS = 500
SVG_TITLE_HEIGHT = 28


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel at the widths of a phone, a tablet and a desk."""

    title: str
    narrow: Markup
    medium: Markup
    wide: Markup | None


@dataclass(frozen=True, slots=True)
class Legend:
    """A sign and what it stands for."""

    look: str
    text: str


def chart_page(answered: Answered) -> str:
    """Return the page as one HTML document with everything inside.

    Raises:
        StoreqError: the question's header says nothing of a chart.
    """
    spec = chart_of(answered.question)
    panels = [_shortened(panel) for panel in panels_of(answered, spec)]
    environment = Environment(
        loader=PackageLoader("storeq"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    document = environment.get_template("chart.html.j2").render(
        question=answered.question,
        asked=asked_words(answered.scope),
        finding=finding(panels),
        trust=trust(answered),
        axes=axes(spec),
        legend=list(_legend(panels, spec)),
        panels=list(_drawn(panels[:MOST_PANELS], spec)),
        notes=list(_notes(panels_of(answered, spec))),
        headers=[(column.name, column.doc, unit_of(column) in NUMBERS) for column in answered.columns],
        rows=_table(answered),
        left_out=max(0, answered.rows.num_rows - MOST_TABLE_ROWS),
        style=Markup(_style("chart.css", "page.css")),
    )
    return f"{document}\n"


def chart_svg(answered: Answered) -> str:
    """Return the drawings below each other as one SVG; see `chart_page`."""
    spec = chart_of(answered.question)
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "alone"})
    ET.SubElement(root, "style").text = _style("chart.css")
    top = _title(root, 0, f"{answered.question.view.question} {asked_words(answered.scope)}", "strong")
    for panel in map(_shortened, panels_of(answered, spec)[:MOST_PANELS]):
        top = _title(root, top, panel.title, "") if panel.title else top
        canvas = draw(panel, spec, SVG_WIDTH)
        canvas.root.set("y", f"{top}")
        canvas.root.set("width", f"{canvas.width}")
        canvas.root.set("height", f"{canvas.height}")
        root.append(canvas.root)
        top += canvas.height
    root.set("viewBox", f"{-SVG_MARGIN} 0 {SVG_WIDTH + 2 * SVG_MARGIN} {top + SVG_MARGIN:.0f}")
    return ET.tostring(root, encoding="unicode") + "\n"


def finding(panels: Sequence[Panel]) -> str:
    """Return the highest and the lowest value, doubtful ones apart; empty where several measures are drawn."""
    points = [
        (point.value, _place(panel, series, point), point.text)
        for panel in panels
        for series in panel.series
        for point in series.points
        if point.value is not None and not point.doubt
    ]
    if len(points) < 2 or len({panel.measure for panel in panels}) > 1:  # noqa: PLR2004 - one value is no range
        return ""
    low, high = min(points), max(points)
    return f"Highest: {high[2]} ({high[1]}). Lowest: {low[2]} ({low[1]})."


def _place(panel: Panel, series: Series, point: Point) -> str:
    return ", ".join(dict.fromkeys(filter(None, (panel.title, series.name, point.row_text, point.x_text))))


def trust(answered: Answered) -> str:
    """Return in a sentence how well the rows were watched, and how many need care."""
    rows = list(answered.each())
    seen = [row["coverage"] for row in rows if row.get("coverage") is not None]
    flags = [row["flag"] for row in rows if row.get("flag")]
    parts = [] if not seen else [f"watched {_between(min(seen), max(seen))} of the time"]
    if flags:
        parts.append(f"{len(flags)} of {len(rows)} rows need care: {', '.join(sorted(set(flags)))}")
    if few := sum(bool(row.get("is_suppressed")) for row in rows):
        parts.append(f"{few} of {len(rows)} rows hide figures of too few people")
    return "; ".join(parts)


def axes(spec: ChartSpec) -> str:
    """Return what is drawn over what."""
    told = [f"{column.name}: {column.doc}" for column in (spec.measure, spec.x) if column.doc]
    interval = [f"interval from {spec.low.name} to {spec.high.name}"] if spec.low and spec.high else []
    return ". ".join([*told, *interval])


def _between(low: float, high: float) -> str:
    return share(low) if share(low) == share(high) else f"{share(low)} to {share(high)}"


def _shortened(panel: Panel) -> Panel:
    """Return a panel of names with the first rows only."""
    if not panel.is_text:
        return panel
    names = set(islice(dict.fromkeys(point.x_text for point in panel.points), MOST_ROWS))
    kept = (tuple(point for point in series.points if point.x_text in names) for series in panel.series)
    named = (Series(series.name, points) for series, points in zip(panel.series, kept, strict=True) if points)
    return replace(panel, series=tuple(named))


def _drawn(panels: Sequence[Panel], spec: ChartSpec) -> Iterator[Drawn]:
    for panel in panels:
        wide = _markup(panel, spec, WIDE) if len(panels) == 1 else None
        yield Drawn(panel.title, _markup(panel, spec, NARROW), _markup(panel, spec, HALF), wide)


def _markup(panel: Panel, spec: ChartSpec, width: int) -> Markup:
    return Markup(ET.tostring(draw(panel, spec, width).root, encoding="unicode"))


def _legend(panels: Sequence[Panel], spec: ChartSpec) -> Iterator[Legend]:
    longest = max(panels, key=lambda panel: len(panel.series), default=None)
    names = [series.name for series in longest.series] if longest else []
    if len(names) > 1 and spec.kind != "heat":
        for number, name in enumerate(names[:SERIES_COLOURS]):
            yield Legend(look_of(number), name)
        if len(names) > SERIES_COLOURS:
            yield Legend("series-rest", f"{len(names) - SERIES_COLOURS} others")
    points = [point for panel in panels for point in panel.points]
    if any(point.baseline is not None for point in points):
        yield Legend("baseline", "the dates compared with")
    if any(point.doubt for point in points):
        yield Legend("series-0 doubt", "faded: take with care, as its remark says")
    if spec.kind == "heat" and any(point.value is None for point in points):
        yield Legend("empty", "no data, or too few people")


def _notes(panels: Sequence[Panel]) -> Iterator[str]:
    if len(panels) > MOST_PANELS:
        yield f"{len(panels) - MOST_PANELS} more such drawings are left out: ask of fewer stores, or of one period."
    longest = max((len({point.x_text for point in panel.points}) for panel in panels if panel.is_text), default=0)
    if longest > MOST_ROWS:
        yield f"The first {MOST_ROWS} of up to {longest} names are drawn; the table has all."


def _table(answered: Answered) -> list[list[tuple[str, bool]]]:
    shown = islice(answered.each(), MOST_TABLE_ROWS)
    is_number = {column.name: unit_of(column) in NUMBERS for column in answered.columns}
    return [[(cell_text(each, row), is_number[each.name]) for each in answered.columns] for row in shown]


def _title(root: ET.Element, top: float, said: str, look: str) -> float:
    ET.SubElement(root, "text", {"x": "0", "y": f"{top + 18:.0f}", "class": look}).text = said
    return top + SVG_TITLE_HEIGHT


def _style(*sheets: str) -> str:
    folder = files("storeq").joinpath("templates")
    return css_variables(load_tokens()) + "".join(folder.joinpath(sheet).read_text("utf-8") for sheet in sheets)
