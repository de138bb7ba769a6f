"""The page in a browser: what is chosen, how deep one goes, tables, paper, keys, and accessibility."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from quicksight.preview.browser import READY, updates, wait_until_settled
from quicksight.preview.browser import browser as started_browser
from tests.quicksight.axe import serious_issues

PHONE, DESK, WALL = 390, 1280, 1920


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; it ends with this module, as a process can hold one Playwright only."""
    with started_browser() as started:
        yield started


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Page]:
    """The sample page at a desk's width, drawn; an error in the page fails the test."""
    errors: list[str] = []
    page = _open(browser, site, errors=errors)
    yield page
    page.close()
    assert errors == []


def _open(
    browser: Browser,
    site: Path,
    *,
    width: int = DESK,
    fragment: str = "",
    errors: list[str] | None = None,
    **options: Any,
) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
    page.on("pageerror", lambda error: errors.append(str(error)) if errors is not None else None)
    page.goto((site / "sample" / "sample.html").as_uri() + fragment)
    page.wait_for_function(READY)
    return page


def _choose(page: Page, control: str, value: str) -> None:
    before = updates(page)
    page.select_option(f"[data-control={control}]", value)
    wait_until_settled(page, before)


def _rows(page: Page, visual: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = page.evaluate(f"storeTraffic.evaluateVisual('{visual}')")
    return rows


def test_a_choice_changes_the_answer_and_every_visual(opened: Page) -> None:
    """A region restricts the sentence, its figures and the bars; who listens is told the new sentence."""
    before = opened.inner_text(".headline")
    _choose(opened, "region", "North")
    after = opened.inner_text(".headline")
    assert after != before
    assert opened.text_content("[role=status]") == after
    assert len(_rows(opened, "stores")) == 50
    assert opened.locator("[data-control=store] option").count() == 51


def test_the_way_back_and_reset(opened: Page) -> None:
    """What is chosen stands in the address: back undoes the last choice, reset all of them."""
    _choose(opened, "region", "North")
    _choose(opened, "compare_with", "period before")
    before = updates(opened)
    opened.go_back()
    wait_until_settled(opened, before)
    assert opened.input_value("[data-control=compare_with]") == "year before"
    assert opened.input_value("[data-control=region]") == "North"
    before = updates(opened)
    opened.click("[data-control=reset]")
    wait_until_settled(opened, before)
    assert opened.input_value("[data-control=region]") == ""


def test_a_link_shows_what_was_chosen(browser: Browser, site: Path) -> None:
    """An address with a choice opens with it, and links to other dashboards keep it."""
    page = _open(browser, site, fragment="#region=South&period=2026-09")
    assert page.input_value("[data-control=period]") == "2026-09"
    assert "South" in page.inner_text(".scope")
    assert page.get_attribute("nav a >> text=The week", "href") == "weekly.html#region=South&period=2026-09"
    page.close()


def test_keys_go_deeper_and_back(opened: Page) -> None:
    """Enter on a bar shows its stores, then their aisles; the line above leads back."""
    for depth, count in ((1, 50), (2, 3)):
        before = updates(opened)
        opened.locator("[data-visual=drill] .drill").first.focus()
        opened.keyboard.press("Enter")
        wait_until_settled(opened, before)
        assert len(_rows(opened, "drill")) == count
        assert opened.locator("[data-visual=drill] .crumbs li").count() == depth + 1
    before = updates(opened)
    opened.locator("[data-visual=drill] .crumbs button").first.click()
    wait_until_settled(opened, before)
    assert {row["region"] for row in _rows(opened, "drill")} == {"North", "South", "East", "West"}


def test_a_click_goes_deeper(opened: Page) -> None:
    """A click anywhere in a bar's band goes into it."""
    plot = opened.locator("[data-visual=drill] .plot")
    plot.scroll_into_view_if_needed()
    before = updates(opened)
    plot.click(position={"x": 30, "y": 20})
    wait_until_settled(opened, before)
    assert opened.locator("[data-visual=drill] .crumbs li").count() == 2


def test_every_chart_has_a_table(opened: Page) -> None:
    """Each chart has a table with headers in its place, and back."""
    for visual in ("days", "stores", "map", "drill", "funnel"):
        card = opened.locator(f"[data-visual={visual}]")
        card.locator("[data-action=table]").click()
        card.locator("table.grid tbody tr").first.wait_for()
        assert card.locator("th[scope=col]").count() >= 2
        card.locator("[data-action=table]").click()
        card.locator("table.grid").wait_for(state="detached")


def test_csv_has_every_row(opened: Page, tmp_path: Path) -> None:
    """The CSV of a chart has all groups with raw numbers, though the chart shows some."""
    with opened.expect_download() as download:
        opened.click("[data-visual=stores] [data-action=csv]")
    path = tmp_path / "stores.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    assert sum(int(row["visitors"]) for row in rows) == _rows(opened, "visitors")[0]["visitors"]


def test_what_is_not_there_is_told_in_words(opened: Page) -> None:
    """A lost column, a missing store and figures that do not add up are told where the chart would be."""
    assert "has no column x" in opened.inner_text("[data-visual=lacking] .state")
    assert "Choose a store" in opened.inner_text("[data-visual=floor] .state")
    assert "cannot be added up" in opened.inner_text("[data-visual=not-addable] .state")
    _choose(opened, "period", "2025-03")
    assert "No figures of the year before" in opened.inner_text("[data-visual=visitors]")


@pytest.mark.parametrize("width", [PHONE, DESK, WALL])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(browser: Browser, site: Path, width: int, scheme: str) -> None:
    """axe-core finds nothing serious, and no page is wider than its screen."""
    page = _open(browser, site, width=width, color_scheme=scheme, fragment="#store=store-001")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    serious = serious_issues(page)
    page.close()
    assert serious == []


def test_nothing_is_asked_of_others(browser: Browser, site: Path) -> None:
    """A page loads files beside it only."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "sample" / "sample.html").as_uri())
    page.wait_for_function(READY)
    page.close()
    assert asked
    assert all(url.startswith((site.as_uri(), "data:", "blob:")) for url in asked)


def test_paper_is_light_and_whole(browser: Browser, site: Path) -> None:
    """Printing shows every visual in light colours without controls, and the screen is as before afterwards."""
    page = _open(browser, site, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert not page.locator(".chooser").is_visible()
    assert page.locator(".card .skeleton").count() == 0
    page.emulate_media(media="screen", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".chooser").is_visible()
    page.close()


def test_the_theme_can_be_changed(opened: Page) -> None:
    """The button changes between light and dark, the charts with it."""
    colour = "getComputedStyle(document.querySelector('[data-visual=stores]')).backgroundColor"
    light, chart = opened.evaluate(colour), opened.inner_html("[data-visual=stores] .plot")
    opened.click(".theme")
    assert opened.evaluate(colour) != light
    assert opened.inner_html("[data-visual=stores] .plot") != chart


def test_the_answer_comes_first_and_changes_are_quick(opened: Page) -> None:
    """The first answer and each change are measured on the page; the aims are 1.5 s and 300 ms on a quiet machine.

    The limits here are four times as wide: other programs run beside the tests.
    """
    for region in ("North", "South", "East"):
        _choose(opened, "region", region)
    first = opened.evaluate("performance.getEntriesByName('first-answer')[0].startTime")
    changes = opened.evaluate("performance.getEntriesByName('updated').map((each) => each.duration)")
    assert first <= 4 * 1500
    assert sorted(changes)[len(changes) // 2] <= 4 * 300
