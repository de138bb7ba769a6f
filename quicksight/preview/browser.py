"""Chromium over the local pages, for who looks at them by program: tests and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path(__file__).resolve().parents[2] / "build" / "tools" / "chromium"
"""Where `make setup` links the browser that the machine has."""
HEIGHT = 1080
READY = "document.documentElement.dataset.state === 'ready'"
"""True once everything that can be seen is drawn; each change of a filter sets it anew."""
UPDATES = "performance.getEntriesByName('updated')"
"""What the page notes each time that it has followed a choice."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium without a window, and end it.

    Raises:
        FileNotFoundError: `make setup` found no browser.
    """
    if not CHROMIUM.exists():
        raise FileNotFoundError(f"expected a browser at {CHROMIUM}, came none: run `make setup`")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        try:
            yield started
        finally:
            started.close()


def opened(started: Browser, page_file: Path, *, width: int = 1280) -> Page:
    """Open a page of the site and return it once it is drawn."""
    page = started.new_page(viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce")
    page.goto(page_file.resolve().as_uri())
    page.wait_for_function(READY)
    return page


def updates(page: Page) -> int:
    """Return how often the page has followed a choice so far."""
    count: int = page.evaluate(f"{UPDATES}.length")
    return count


def wait_until_settled(page: Page, before: int) -> None:
    """Return once the page has followed a choice since there were `before` updates, and is drawn."""
    page.wait_for_function(f"{UPDATES}.length > {before} && {READY}")
