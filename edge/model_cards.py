"""Model cards: everything that must be known of a model file to use it, in a TOML file beside the code.

A person's own model works by writing a card, as long as its head is one of `HEADS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge.toml_file import Table, read_toml

HEADS = ("yolox", "deim")
CARDS_DIRECTORY = Path(__file__).parent / "models"
SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One person detector.

    Attributes:
        file: Name of the model file in the models folder.
        head: How its outputs are read: 'yolox' or 'deim', which are boxes in source pixels.
        input_size: Side in pixels of its square input.
        colour_order: 'bgr' or 'rgb'.
        divisor: What pixel values (0 to 255) are divided by.
        resize: 'letterbox' keeps proportions, 'stretch' does not.
        person_class: Its class of a person.
        threshold: Score from which a box is taken for a person.
        low_threshold: Score from which a box may go on with a track that is known already.
        start_threshold: Score that a new track needs.
        overlap: Intersection over union above which two boxes are one person.
    """

    name: str
    file: str
    sha256: str
    licence: str
    origin: str
    head: str
    input_size: int
    colour_order: str
    divisor: float
    resize: str
    person_class: int
    threshold: float
    low_threshold: float
    start_threshold: float
    overlap: float


def known_cards() -> dict[str, Path]:
    """Return the cards that come with the edge, by name."""
    return {path.stem: path for path in sorted(CARDS_DIRECTORY.glob("*.toml"))}


def load_card(card: str | Path) -> ModelCard:
    """Read and check a model card, by the name of one that comes with the edge or by path.

    Raises:
        ConfigurationError: with every problem in the card.
    """
    path = known_cards().get(str(card), Path(card))
    table = read_toml(path, what="model card")
    loaded = _card(table)
    table.problems.raise_if_any(f"model card {path}")
    return loaded


def _card(table: Table) -> ModelCard:
    table.only(*ModelCard.__slots__)
    shares = {name: _share(table, name) for name in ("low_threshold", "threshold", "start_threshold", "overlap")}
    if not shares["low_threshold"] <= shares["threshold"] <= shares["start_threshold"]:
        expected = "low_threshold ≤ threshold ≤ start_threshold"
        table.problems.add("threshold", expected=expected, came=shares["threshold"], cure="Put them in order.")
    return ModelCard(
        name=_text(table, "name"),
        file=_text(table, "file"),
        sha256=_sha256(table),
        licence=_text(table, "licence"),
        origin=_text(table, "origin"),
        head=table.choice("head", HEADS) or "",
        input_size=_input_size(table),
        colour_order=table.choice("colour_order", ("bgr", "rgb")) or "",
        divisor=_divisor(table),
        resize=table.choice("resize", ("letterbox", "stretch")) or "",
        person_class=table.get("person_class", int) or 0,
        **shares,
    )


def _text(table: Table, key: str) -> str:
    return table.get(key, str) or ""


def _sha256(table: Table) -> str:
    value = _text(table, "sha256")
    if value and (len(value) != SHA256_LENGTH or set(value) - set("0123456789abcdef")):
        cure = "Copy it from `sha256sum FILE`."
        table.problems.add("sha256", expected="64 digits 0-9 and a-f", came=value, cure=cure)
    return value


def _input_size(table: Table) -> int:
    value = table.get("input_size", int) or 0
    if "input_size" in table.values and (value <= 0 or value % 32):
        cure = "Use the side of the model's input."
        table.problems.add("input_size", expected="a multiple of 32 above 0", came=value, cure=cure)
    return value


def _divisor(table: Table) -> float:
    value = table.get("divisor", float)
    if value is not None and value <= 0.0:
        table.problems.add("divisor", expected="a number above 0", came=value, cure="Use 1.0 or 255.0.")
    return value or 1.0


def _share(table: Table, key: str) -> float:
    value = table.get(key, float)
    if value is not None and not 0.0 < value <= 1.0:
        table.problems.add(key, expected="a share above 0, at most 1", came=value, cure="Change it.")
    return value or 0.0
