"""One set of tokens for every page."""

from __future__ import annotations

import pytest

from design.css import THEMES, contrast, css_variables, load_tokens

GROUNDS = ("page", "surface", "accent-soft")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "amber", "red"])
def test_words_can_be_read(theme: str, ink: str) -> None:
    """Rule: everything that is written has a contrast of at least 4.5 to what it stands on, in both themes."""
    colours = load_tokens()["colour"][theme]
    for ground in GROUNDS:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def test_numbers_on_bars_can_be_read() -> None:
    """Rule: text on a soft severity colour has a contrast of at least 4.5 too."""
    for colours in load_tokens()["colour"].values():
        assert all(contrast(colours["text"], colours[ground]) >= 4.5 for ground in ("amber-soft", "red-soft"))


def test_both_themes_define_the_same_variables() -> None:
    """Rule: no colour exists in one theme only."""
    tokens = load_tokens()
    for group in ("colour", "category"):
        assert tokens[group]["light"].keys() == tokens[group]["dark"].keys()


def test_every_token_is_a_variable() -> None:
    """Rule: a page can use every token by its name, and the reader's choice beats the system's."""
    css = css_variables(load_tokens())
    assert "--space-2: 16px;" in css
    assert "--font-size-large:" in css
    assert css.count("--colour-accent:") == 4
    assert css.index("prefers-color-scheme: dark") < css.index('data-theme="light"') < css.index('data-theme="dark"')


def test_contrast_is_that_of_wcag() -> None:
    """Rule: black on white is 21, a colour on itself 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#5a6067", "#5a6067") == pytest.approx(1)
