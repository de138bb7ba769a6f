"""Which plot a panel becomes."""

from __future__ import annotations

from storeq.formats.chart.canvas import Canvas
from storeq.formats.chart.data import Panel
from storeq.formats.chart.heat import draw_heat
from storeq.formats.chart.rows_plot import draw_rows
from storeq.formats.chart.scale_plot import draw_scale
from storeq.formats.chart.spec import ChartSpec
from storeq.formats.units import unit_of

MOST_ROWS = 40


def draw(panel: Panel, spec: ChartSpec, width: int) -> Canvas:
    """Return a panel as a drawing of a width in pixels."""
    if spec.kind == "heat":
        return draw_heat(panel, width)
    if panel.is_text:
        return draw_rows(panel, width, has_intervals=spec.kind in ("band", "scatter"))
    return draw_scale(panel, spec.kind, width, is_instant=unit_of(spec.x) == "instant")
