"""Every dashboard in a browser, over the sample lake: nothing fails, all can use it, drilling goes to the hour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from quicksight.dashboards import DASHBOARDS
from quicksight.model.dashboards import Dashboard
from quicksight.preview.browser import browser, opened, updates, wait_until_settled
from tests.quicksight.axe import serious_issues

PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    with browser() as started:
        yield started


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)
def test_a_dashboard_is_whole(chromium: Browser, sample_pages: Path, dashboard: Dashboard, width: int) -> None:
    """No visual fails, nothing is wider than the screen, and axe-core finds nothing serious."""
    page = opened(chromium, sample_pages / f"{dashboard.name}.html", width=width)
    page.evaluate("storeTraffic.complete()")
    assert page.locator("[data-visual]").count() == sum(1 for _ in dashboard.visuals())
    assert page.locator(".problem").count() == 0, page.locator(".problem").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    serious = serious_issues(page)
    page.close()
    assert serious == []


def test_from_region_to_hour(chromium: Browser, sample_pages: Path) -> None:
    """Enter on a region shows its stores, then the lanes of one, then the hours of one."""
    page = opened(chromium, sample_pages / "regional-overview.html")
    seen = []
    for _ in range(3):
        drills = page.locator("[data-visual=wait-drill] .drill")
        drills.first.scroll_into_view_if_needed()
        before = updates(page)
        drills.first.focus()
        page.keyboard.press("Enter")
        wait_until_settled(page, before)
        rows = page.evaluate("storeTraffic.evaluateVisual('wait-drill')")
        seen.append(next(iter(rows[0])))
    page.close()
    assert seen == ["store_name", "place_name", "hour_of_day"]


def test_the_week_on_paper(chromium: Browser, sample_pages: Path) -> None:
    """The weekly report prints as a PDF of a few pages."""
    page = opened(chromium, sample_pages / "weekly.html")
    printed = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    page.close()
    assert printed.startswith(b"%PDF")
    assert 1 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") + printed.count(b"/Type /Page/") <= 12
