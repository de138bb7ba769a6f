"""A dashboard as a request: data sets, parameters, calculated fields, filters, and sheets of visuals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from xml.sax.saxutils import escape

from quicksight.api import Json
from quicksight.api.account import Account
from quicksight.api.calculations import Calculations
from quicksight.api.charts import bars, funnel, lines
from quicksight.api.controls import choice_data_sets, control_id, controls, declarations, parameters_of
from quicksight.api.filters import Drawn, drawn, filter_groups
from quicksight.api.headline import headline_visuals
from quicksight.api.kpis import kpi, sureness
from quicksight.api.layout import HEADLINE_ROWS, KPI_ROWS, TEXT_ROWS, Placed, Row, controls_grid, grid, paper, placed
from quicksight.api.palette import Palette, palette
from quicksight.api.permissions import OPEN_DASHBOARD, granted
from quicksight.api.places import floor_heat, store_map
from quicksight.api.tables import heat_table, table
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.visuals import AnyVisual, Bars, FloorHeat, Funnel, HeatTable, Kpi, Lines, StoreMap, Table

THEME = "light"


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A dashboard while it is drawn: its calculated fields, its colours, and the visuals that filters must reach."""

    dashboard: Dashboard
    palette: Palette
    calculations: Calculations = field(default_factory=Calculations)
    visuals: list[Drawn] = field(default_factory=list)


def dashboard_request(dashboard: Dashboard, account: Account) -> Json:
    """Return the parameters of `create_dashboard`.

    Raises:
        DefinitionError: Quick Sight cannot say what is asked for.
    """
    return {
        "AwsAccountId": account.account_id,
        "DashboardId": account.identifier(dashboard.name),
        "Name": dashboard.title,
        "VersionDescription": dashboard.question,
        "ThemeArn": account.arn("theme", THEME),
        "Definition": definition(dashboard, account),
        "DashboardPublishOptions": _publishing(),
        "ValidationStrategy": {"Mode": "LENIENT"},
        **granted(account, "Dashboard", readers=OPEN_DASHBOARD),
    }


def definition(dashboard: Dashboard, account: Account) -> Json:
    """Return what a dashboard is, as Quick Sight takes it."""
    drawing = _Drawing(dashboard, palette(THEME))
    sheets = [_sheet(drawing, sheet) for sheet in dashboard.sheets]
    groups = filter_groups(drawing.calculations, drawing.visuals)
    names = sorted({*(data_set.name for data_set in dashboard.data_sets()), *choice_data_sets(dashboard)})
    return {
        "DataSetIdentifierDeclarations": [
            {"Identifier": name, "DataSetArn": account.arn("dataset", name)} for name in names
        ],
        "ParameterDeclarations": declarations(dashboard),
        "CalculatedFields": drawing.calculations.rendered(),
        "FilterGroups": groups,
        "Sheets": sheets,
    }


def draw(calculations: Calculations, visual: AnyVisual, colours: Palette) -> Json:
    """Return one visual."""
    drawn_as: Json
    match visual:
        case Kpi():
            drawn_as = kpi(calculations, visual, colours)
        case Bars():
            drawn_as = bars(calculations, visual, colours)
        case Lines():
            drawn_as = lines(calculations, visual, colours)
        case HeatTable():
            drawn_as = heat_table(calculations, visual, colours)
        case Table():
            drawn_as = table(calculations, visual, colours)
        case StoreMap():
            drawn_as = store_map(calculations, visual, colours)
        case Funnel():
            drawn_as = funnel(calculations, visual, colours)
        case FloorHeat():
            drawn_as = floor_heat(calculations, visual, colours)
    return drawn_as


def _sheet(drawing: _Drawing, sheet: Sheet) -> Json:
    dashboard = drawing.dashboard
    is_first = sheet is dashboard.sheets[0]
    title = Placed(f"{sheet.name}-title", "TEXT_BOX", 12, TEXT_ROWS)
    headlines = [*headline_visuals(drawing.calculations, dashboard, sheet.name)] if is_first else []
    drawing.visuals.extend(each for each, _ in headlines)
    rows: list[Row] = [(Placed(each.identifier, "VISUAL", 12, HEADLINE_ROWS),) for each, _ in headlines]
    visuals = [said for _, said in headlines]
    for row in sheet.rows:
        visuals += [_drawn(drawing, sheet, visual) for visual in row]
        rows.append(tuple(placed(visual) for visual in row))
    for each, said in _sureness(drawing, sheet):
        drawing.visuals.append(each)
        visuals.append(said)
        rows.append((Placed(each.identifier, "VISUAL", 12, KPI_ROWS),))
    return {
        "SheetId": sheet.name,
        "Name": sheet.title,
        "ContentType": "PAGINATED" if dashboard.is_paginated else "INTERACTIVE",
        "ParameterControls": controls(dashboard, sheet.name),
        "SheetControlLayouts": [controls_grid(control_id(sheet.name, name) for name in parameters_of(dashboard))],
        "TextBoxes": [{"SheetTextBoxId": title.identifier, "Content": _title(dashboard, is_first=is_first)}],
        "Visuals": visuals,
        "Layouts": [paper(rows, title) if dashboard.is_paginated else grid([(title,), *rows])],
    }


def _drawn(drawing: _Drawing, sheet: Sheet, visual: AnyVisual) -> Json:
    drawing.visuals.append(drawn(drawing.dashboard, sheet.name, visual))
    return draw(drawing.calculations, visual, drawing.palette)


def _sureness(drawing: _Drawing, sheet: Sheet) -> Iterator[tuple[Drawn, Json]]:
    """Give how sure the figures in large type are, for those that take the same rows together."""
    kpis = [visual for visual in sheet.visuals() if isinstance(visual, Kpi)]
    alike = groupby(sorted(kpis, key=_rows_of), key=_rows_of)
    for number, (_, members) in enumerate(alike, 1):
        group = tuple(members)
        name = f"{sheet.name}-sureness-{number}"
        if (said := sureness(drawing.calculations, name, group)) is not None:
            followed = drawn(drawing.dashboard, sheet.name, group[0])
            yield (
                Drawn(sheet.name, name, followed.data_set, followed.where, followed.followed, followed.needs_store),
                said,
            )


def _rows_of(visual: Kpi) -> tuple[str, str, str]:
    return visual.data_set.name, repr(visual.where), repr(visual.ignores)


def _title(dashboard: Dashboard, *, is_first: bool) -> str:
    said = [f'<inline font-size="24px"><b>{escape(dashboard.question)}</b></inline>']
    if is_first:
        said.append(
            f'<inline font-size="14px">{escape(f"For: {dashboard.readers}. {dashboard.needs}".strip())}</inline>'
        )
    return f"<text-box>{'<br/>'.join(said)}</text-box>"


def _publishing() -> Json:
    return {
        "AdHocFilteringOption": {"AvailabilityStatus": "ENABLED"},
        "ExportToCSVOption": {"AvailabilityStatus": "ENABLED"},
        "SheetControlsOption": {"VisibilityState": "EXPANDED"},
        "ExportWithHiddenFieldsOption": {"AvailabilityStatus": "DISABLED"},
        "DataPointTooltipOption": {"AvailabilityStatus": "ENABLED"},
        "DataPointDrillUpDownOption": {"AvailabilityStatus": "ENABLED"},
    }
