"""Model cards: everything that must be known of a model file to use it, in a TOML file beside the code.

A person's own model works by writing a card, as long as its head is one of `HEADS`. Most keys have a usual value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.toml_file import Table, read_toml

CARDS_DIRECTORY = Path(__file__).parent / "models"
SHA256_LENGTH = 64
STRIDE = 32
CHANNELS = 3
PERSON = "person"

HEADS: Mapping[str, Mapping[str, Any]] = {
    "yolox": {"colour_order": "bgr", "divisor": 1.0, "resize": "letterbox", "overlap": 0.45},
    "deim": {"colour_order": "rgb", "divisor": 255.0, "resize": "stretch", "overlap": 0.5},
    "nms": {"colour_order": "rgb", "divisor": 255.0, "resize": "letterbox", "overlap": 0.7},
}
"""How outputs are read, and what is usual for such models.

- `yolox`: one output [1, A, 5 + C]: x, y, w, h on a grid, objectness, classes; doubles are removed here.
- `deim`: `labels`, `boxes` in source pixels, `scores`, from `images` and `orig_target_sizes`.
- `nms`: `dets` [1, N, 5] (left, top, right, bottom in input pixels, score) and `labels` [1, N].
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One detector.

    Attributes:
        file: Name of the model file in the models folder.
        head: How its outputs are read: one of `HEADS`.
        input_size: Height and width of its input in pixels.
        colour_order: 'bgr' or 'rgb'.
        divisor: What pixel values (0 to 255) are divided by.
        mean: What is subtracted then, by channel in the colour order; empty for nothing.
        deviation: What is divided by then, by channel; empty for nothing.
        layout: 'nchw' or 'nhwc'.
        resize: 'letterbox' (top left) or 'letterbox-centre' keep proportions, 'stretch' does not.
        padding: Grey of the area that a letterboxed picture leaves free.
        classes: Labels by class; one of them is 'person' in a detector of people.
        threshold: Score from which a box is taken for a person.
        low_threshold: Score from which a box may go on with a track that is known already.
        start_threshold: Score that a new track needs.
        class_thresholds: By label, the score from which a thing is told; `threshold` for others.
        overlap: Intersection over union above which two boxes of a class are one.
    """

    name: str
    file: str
    sha256: str
    licence: str
    origin: str
    head: str
    input_size: tuple[int, int]
    colour_order: str
    divisor: float
    resize: str
    threshold: float
    low_threshold: float
    start_threshold: float
    overlap: float
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    layout: str = "nchw"
    padding: int = 114
    classes: Mapping[int, str] = field(default_factory=lambda: {0: PERSON})
    class_thresholds: Mapping[str, float] = field(default_factory=dict)

    @property
    def person_class(self) -> int | None:
        """Its class of a person, if it has one."""
        return next((number for number, label in self.classes.items() if label == PERSON), None)


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
    head = table.choice("head", tuple(HEADS)) or "yolox"
    usual = HEADS[head]
    shares = {name: _share(table, name) for name in ("low_threshold", "threshold", "start_threshold")}
    if not shares["low_threshold"] <= shares["threshold"] <= shares["start_threshold"]:
        expected = "low_threshold ≤ threshold ≤ start_threshold"
        table.problems.add("threshold", expected=expected, came=shares["threshold"], cure="Put them in order.")
    classes = _classes(table)
    return ModelCard(
        name=_text(table, "name"),
        file=_text(table, "file"),
        sha256=_sha256(table),
        licence=_text(table, "licence"),
        origin=_text(table, "origin"),
        head=head,
        input_size=_input_size(table),
        colour_order=_choice(table, "colour_order", ("bgr", "rgb"), usual["colour_order"]),
        divisor=_divisor(table, usual["divisor"]),
        mean=_channels(table, "mean"),
        deviation=_channels(table, "deviation"),
        layout=_choice(table, "layout", ("nchw", "nhwc"), "nchw"),
        resize=_choice(table, "resize", ("letterbox", "letterbox-centre", "stretch"), usual["resize"]),
        padding=table.get_or("padding", 114),
        classes=classes,
        class_thresholds=_class_thresholds(table, set(classes.values())),
        overlap=_share(table, "overlap") if "overlap" in table.values else usual["overlap"],
        **shares,
    )


def _text(table: Table, key: str) -> str:
    return table.get(key, str) or ""


def _choice(table: Table, key: str, choices: tuple[str, ...], usual: str) -> str:
    return (table.choice(key, choices) or usual) if key in table.values else usual


def _sha256(table: Table) -> str:
    value = _text(table, "sha256")
    if value and (len(value) != SHA256_LENGTH or set(value) - set("0123456789abcdef")):
        cure = "Copy it from `sha256sum FILE`."
        table.problems.add("sha256", expected="64 digits 0-9 and a-f", came=value, cure=cure)
    return value


def _input_size(table: Table) -> tuple[int, int]:
    """Read a side, or [height, width]."""
    value: Any = table.values.get("input_size")
    sides: list[Any] = value if isinstance(value, list) else [value, value]
    is_good = len(sides) == 2 and all(isinstance(side, int) and side > 0 and side % STRIDE == 0 for side in sides)  # noqa: PLR2004
    if not is_good:
        cure = "Use the side of the model's input, or [height, width]."
        expected = f"multiples of {STRIDE} above 0"
        table.problems.add("input_size", expected=expected, came=value or "nothing", cure=cure)
        return (STRIDE, STRIDE)
    return (sides[0], sides[1])


def _divisor(table: Table, usual: float) -> float:
    value = table.get_or("divisor", usual)
    if value <= 0.0:
        table.problems.add("divisor", expected="a number above 0", came=value, cure="Use 1.0 or 255.0.")
        return usual
    return value


def _channels(table: Table, key: str) -> tuple[float, ...]:
    values: list[Any] = table.get_or(key, [])
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in values) or len(values) not in (
        0,
        CHANNELS,
    ):
        cure = "Give one for each channel, in the colour order."
        table.problems.add(key, expected=f"{CHANNELS} numbers", came=values, cure=cure)
        return ()
    return tuple(float(each) for each in values)


def _classes(table: Table) -> dict[int, str]:
    """Read `[classes]`: number = "label"; without it the model knows persons alone, as class 0."""
    given = table.table("classes")
    classes: dict[int, str] = {}
    for key in given.values:
        label = given.get(key, str)
        if not key.isdigit():
            given.problems.add(given.at(key), expected="the number of a class", came=key, cure='Write `0 = "person"`.')
        elif label:
            classes[int(key)] = label
    return classes or {0: PERSON}


def _class_thresholds(table: Table, labels: set[str]) -> dict[str, float]:
    given = table.table("class_thresholds")
    given.only(*sorted(labels))
    return {label: _share(given, label) for label in given.values if label in labels}


def _share(table: Table, key: str) -> float:
    value = table.get(key, float)
    if value is not None and not 0.0 < value <= 1.0:
        table.problems.add(table.at(key), expected="a share above 0, at most 1", came=value, cure="Change it.")
    return value or 0.0
