"""The visual language as themes: light and dark, from the same tokens as every page."""

from __future__ import annotations

from typing import Literal

from design.css import load_tokens
from quicksight.api import Json
from quicksight.api.account import Account
from quicksight.api.palette import Palette, palette
from quicksight.api.permissions import USE_THEME, granted

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
_BASE = {"light": "CLASSIC", "dark": "MIDNIGHT"}


def theme_request(name: Theme, account: Account) -> Json:
    """Return the parameters of `create_theme`."""
    colours = palette(name)
    return {
        "AwsAccountId": account.account_id,
        "ThemeId": account.identifier(name),
        "Name": f"Store traffic, {name}",
        "BaseThemeId": _BASE[name],
        "Configuration": {
            "DataColorPalette": {
                "Colors": list(colours.categories),
                "MinMaxGradient": [colours["accent-soft"], colours["accent"]],
                "EmptyFillColor": colours["grid"],
            },
            "UIColorPalette": _interface(colours),
            "Sheet": _sheet(colours),
            "Typography": {"FontFamilies": [{"FontFamily": _first_font()}]},
        },
        **granted(account, "Theme", readers=USE_THEME),
    }


def _interface(colours: Palette) -> Json:
    return {
        "PrimaryForeground": colours["text"],
        "PrimaryBackground": colours["surface"],
        "SecondaryForeground": colours["muted"],
        "SecondaryBackground": colours["page"],
        "Accent": colours["accent"],
        "AccentForeground": colours["surface"],
        "Danger": colours["red"],
        "DangerForeground": colours["surface"],
        "Warning": colours["amber"],
        "WarningForeground": colours["surface"],
        # What went well is said without a colour of its own: severity alone is amber and red.
        "Success": colours["accent"],
        "SuccessForeground": colours["surface"],
        "Dimension": colours["muted"],
        "DimensionForeground": colours["surface"],
        "Measure": colours["accent"],
        "MeasureForeground": colours["surface"],
    }


def _sheet(colours: Palette) -> Json:
    return {
        "Tile": {
            "BackgroundColor": colours["surface"],
            "Border": {"Show": False},
            "BorderRadius": load_tokens()["radius"]["large"],
        },
        "TileLayout": {"Gutter": {"Show": True}, "Margin": {"Show": True}},
        "Background": {"Color": colours["page"]},
    }


def _first_font() -> str:
    """Return the first font of the stack by name: Quick Sight takes single fonts, and no system font."""
    stack: list[str] = [font.strip().strip('"') for font in load_tokens()["font"]["family"].split(",")]
    return next(font for font in stack if not font.startswith(("system-ui", "-apple")))
