"""What axe-core finds on a page."""

from __future__ import annotations

from playwright.sync_api import Page

from local.paths import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def serious_issues(page: Page) -> list[tuple[str, str]]:
    """Return the rules that are broken badly, each with the first element that breaks it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Style sheets of a file cannot be read by a script, so axe must not load them again.
    found = page.evaluate("axe.run({preload: false})")["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
