"""The alphabet of text messages: within it 160 characters fit into one, outside of it 70 (3GPP TS 23.038)."""

from __future__ import annotations

import unicodedata

ONE_MESSAGE = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
_PLAIN = {"–": "-", "—": "-", "·": "-", "…": "...", "×": "x", "’": "'", "“": '"', "”": '"', "\u202f": " ", "\xa0": " "}


def units(text: str) -> int | None:
    """Return how many of the 160 places a text takes; None when a character is outside of the alphabet."""
    if any(letter not in _BASIC and letter not in _EXTENDED for letter in text):
        return None
    return len(text) + sum(letter in _EXTENDED for letter in text)


def plain(text: str) -> str:
    """Return a text within the alphabet: accents that it lacks are dropped, what has no likeness is left as it is."""
    return "".join(_folded(letter) for letter in text)


def shortest_that_tells_most(candidates: tuple[str, ...]) -> str:
    """Return the first candidate that fits into one message, else the last; candidates tell less and less."""
    folded = [plain(candidate) for candidate in candidates]
    return next((text for text in folded if (units(text) or ONE_MESSAGE + 1) <= ONE_MESSAGE), folded[-1])


def _folded(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    likeness = _PLAIN.get(letter) or "".join(
        each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each)
    )
    return likeness if likeness and units(likeness) is not None else letter
