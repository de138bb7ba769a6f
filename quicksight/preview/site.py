"""The local site: for each lake its rows, its choices and a page for each dashboard."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from glue.progress import Say
from glue.views import View
from quicksight.model.dashboards import Dashboard
from quicksight.preview.assets import build_assets
from quicksight.preview.definition import DataSetPage, dashboard_json
from quicksight.preview.export import (
    FRESH,
    Written,
    data_set_page,
    export_choices,
    export_data_set,
    made_of,
    read_fresh,
    rows_file,
)
from quicksight.preview.files import write
from quicksight.preview.lake import Lake, fingerprint, opened
from quicksight.preview.pages import dashboard_page, index_page
from quicksight.resolve import Problem, file_of, problems_of, visual_problems
from storeq.questions import Library

ASSETS = "assets"
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class Site:
    """What was written: the page to open, what does not hold together in definitions, and what lakes lack."""

    index: Path
    problems: tuple[Problem, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pages:
    """The data sets of a lake as its pages have them, and the countries of its stores."""

    data_sets: Mapping[str, DataSetPage]
    countries: tuple[str, ...]


def write_site(
    lakes: Sequence[Lake], dashboards: Sequence[Dashboard], views: Sequence[View], out: Path, say: Say
) -> Site:
    """Write the site of some lakes; what is fresh is kept. A data set that cannot be asked leaves the others alone.

    Raises:
        AssetsError: the pages' program cannot be built.
    """
    library = Library(views)
    shown = {lake.name: _write_rows(lake, dashboards, library, out / lake.name, say) for lake in lakes}
    say("building the pages' program")
    build_assets(out / ASSETS, {code for pages in shown.values() for code in pages.countries})
    for lake in lakes:
        for dashboard in dashboards:
            definition = dashboard_json(
                dashboard,
                lake=lake,
                lakes=lakes,
                dashboards=dashboards,
                data_sets=shown[lake.name].data_sets,
                problems=_problems_by_visual(dashboard),
            )
            write(out / lake.name / f"{dashboard.name}.html", dashboard_page(definition))
    write(out / INDEX, index_page(lakes, dashboards))
    problems = problems_of(dashboards, library)
    return Site(out / INDEX, problems, tuple(_lacking(shown, problems)))


def _write_rows(lake: Lake, dashboards: Sequence[Dashboard], library: Library, folder: Path, say: Say) -> _Pages:
    """Write the rows of a lake's data sets, those that have changed since the last time, and its choices."""
    stamp = fingerprint(lake.source)
    pages = _data_set_pages(dashboards, library)
    kept = read_fresh(folder)
    fresh = {name: Written(**said) for name, said in kept.get("data_sets", {}).items()}
    known = {name: _known(page, fresh.get(name), stamp, folder) for name, page in pages.items()}
    stale = [name for name, page in known.items() if page is None]
    if not stale and kept.get("lake") == stamp:
        return _Pages({name: page for name, page in known.items() if page is not None}, tuple(kept["countries"]))
    folder.mkdir(parents=True, exist_ok=True)
    with opened(lake.source, library.views, spill=folder / "spilled") as lake_open:
        asked = [question for name in stale if (question := pages[name].question) is not None]
        for view in lake_open.keep_shared(asked):
            say(f"{lake.title}: {view}, which much is built on")
        for number, name in enumerate(stale, start=1):
            say(f"{lake.title}: {pages[name].data_set.title} ({number} of {len(stale)})")
            known[name] = export_data_set(lake_open, pages[name], folder)
        countries = export_choices(lake_open, folder)
    found = {name: page for name, page in known.items() if page is not None}
    _keep(folder, stamp, found, countries)
    return _Pages(found, tuple(countries))


def _data_set_pages(dashboards: Sequence[Dashboard], library: Library) -> dict[str, DataSetPage]:
    data_sets = {data_set.name: data_set for dashboard in dashboards for data_set in dashboard.data_sets()}
    return {name: data_set_page(data_sets[name], dashboards, library) for name in sorted(data_sets)}


def _known(page: DataSetPage, written: Written | None, lake: str, folder: Path) -> DataSetPage | None:
    """Return a data set as it was written last; None where it must be written anew."""
    if page.problem is not None:
        return page
    if written is None or written.made_of != made_of(page, lake):
        return None
    if written.problem is None and not rows_file(page.data_set, folder).is_file():
        return None
    return replace(page, problem=written.problem, empty=written.empty)


def _keep(folder: Path, stamp: str, pages: Mapping[str, DataSetPage], countries: Sequence[str]) -> None:
    written = {name: asdict(Written(made_of(page, stamp), page.problem, page.empty)) for name, page in pages.items()}
    kept: dict[str, Any] = {"lake": stamp, "countries": list(countries), "data_sets": written}
    write(folder / FRESH, json.dumps(kept, indent=2) + "\n")


def _problems_by_visual(dashboard: Dashboard) -> dict[str, str]:
    """Return what is wrong with each visual, in words that name the file and the field."""
    found = {}
    for visual in dashboard.visuals():
        if said := [f"{file_of(dashboard)}: {field}: {text}" for field, text in visual_problems(visual)]:
            found[visual.name] = "\n".join(said)
    return found


def _lacking(shown: Mapping[str, _Pages], problems: Sequence[Problem]) -> Iterator[str]:
    """Give what lakes lack, apart from what is wrong with the definitions."""
    told = [str(problem) for problem in problems]
    for lake, pages in shown.items():
        for name, page in pages.data_sets.items():
            if page.problem is not None and not any(problem in page.problem for problem in told):
                yield f"{lake}, data set {name!r}: {page.problem}"
