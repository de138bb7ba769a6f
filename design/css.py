"""The tokens as CSS variables: every page takes its colours, sizes and spaces from here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

THEMES = ("light", "dark")
_THEMED = ("colour", "category")
_SRGB_STRAIGHT_UP_TO = 0.04045


def load_tokens() -> dict[str, Any]:
    """Return the tokens as they stand in `tokens.json`."""
    tokens: dict[str, Any] = json.loads(files("design").joinpath("tokens.json").read_text(encoding="utf-8"))
    return tokens


def css_variables(tokens: Mapping[str, Any]) -> str:
    """Return the rules that define every token as `--group-name`, for both themes.

    The reader's system chooses the theme; `data-theme` on the root element overrides it.
    """
    common = {name: value for group in tokens if group not in _THEMED for name, value in _flat(group, tokens[group])}
    light, dark = (_themed(tokens, theme) for theme in THEMES)
    return "\n".join(
        [
            _rule(":root", {"color-scheme": "light dark", **common, **light}),
            f"@media (prefers-color-scheme: dark) {{ {_rule(':root', dark)} }}",
            _rule(':root[data-theme="light"]', {"color-scheme": "light", **light}),
            _rule(':root[data-theme="dark"]', {"color-scheme": "dark", **dark}),
        ]
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two `#rrggbb` colours, 1 to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _themed(tokens: Mapping[str, Any], theme: str) -> dict[str, str]:
    return {name: value for group in _THEMED for name, value in _flat(group, tokens[group][theme])}


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield f"--{prefix}", str(value)
        return
    for name, part in value.items():
        yield from _flat(f"{prefix}-{name}", part)


def _rule(selector: str, declarations: Mapping[str, str]) -> str:
    return selector + " { " + " ".join(f"{name}: {value};" for name, value in declarations.items()) + " }"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _SRGB_STRAIGHT_UP_TO else float(((channel + 0.055) / 1.055) ** 2.4)
