"""Chromium over the local pages: pictures at the widths of a phone, a desk and a wall, and the report as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path(__file__).resolve().parents[2] / "build" / "tools" / "chromium"
"""Where `make setup` links the browser that the machine has."""
WIDTHS = (390, 1280, 1920)
HEIGHT = 1080
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
READY = "document.documentElement.dataset.state === 'ready'"
"""True once everything that can be seen is drawn; each change of a filter sets it anew."""


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


def opened(started: Browser, page_file: Path, *, width: int = 1280, theme: Theme = "light", fragment: str = "") -> Page:
    """Open a page of the site and return it once it is drawn; `fragment` holds what is chosen."""
    page = started.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme=theme, reduced_motion="reduce")
    page.goto(page_file.resolve().as_uri() + fragment)
    page.wait_for_function(READY)
    return page


def take_pictures(site: Path, out: Path) -> Iterator[Path]:
    """Write a picture of every page of a lake's site, at each width and in both themes; give each when it is there."""
    out.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        for page_file in sorted(site.glob("*.html")):
            for width in WIDTHS:
                for theme in THEMES:
                    picture = out / f"{page_file.stem}-{width}-{theme}.png"
                    page = opened(started, page_file, width=width, theme=theme)
                    page.screenshot(path=picture, full_page=True)
                    page.close()
                    yield picture


def write_pdf(started: Browser, page_file: Path, out: Path) -> Path:
    """Print a page as PDF on A4, as its style for print says."""
    page = opened(started, page_file)
    page.pdf(path=out, format="A4", print_background=True, prefer_css_page_size=True)
    page.close()
    return out
