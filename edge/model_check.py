"""Does a model fit its card? Every mismatch is explained with its cure; `edge models verify` prints it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime as ort

from edge.detections import Detections
from edge.detector import Detector, head_of, session, verified
from edge.errors import ConfigurationError
from edge.heads import Picture
from edge.model_cards import ModelCard

TRIAL_SIZE = (360, 640)
FAR_OUT = 2.0
"""Boxes may reach beyond the picture, but not by more than twice its size."""
SHARES = 1.5
"""Boxes that all lie below this are shares, or cells of a grid, and no pixels."""

State = Literal["good", "warning", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look found."""

    check: str
    state: State
    text: str
    cure: str = ""


def verify(card: ModelCard, models_directory: Path, picture: Picture | None = None) -> Iterator[Finding]:
    """Yield what is found, in order; what is bad ends it where nothing further can be looked at.

    Args:
        card: The card.
        models_directory: Where its file lies.
        picture: (H, W, 3) BGR of a real scene; grey noise without it, in which nothing should be found.
    """
    try:
        path = verified(card, models_directory)
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        yield Finding(check="file", state="good", text=f"{path.name}, {size}, sha256 as in the card")
        loaded = session(card, path)
    except ConfigurationError as error:
        yield _refused("file", error)
        return
    yield Finding(check="inputs", state="good", text=_described(loaded.get_inputs()))
    yield Finding(check="outputs", state="good", text=_described(loaded.get_outputs()))
    yield from _shape(card, loaded)
    yield _head(card, loaded)
    if head_of(loaded) == card.head:
        yield from _trial(card, models_directory, picture)
    colours = f"{card.colour_order}, divided by {card.divisor:g}"
    yield Finding(
        check="colours",
        state="warning",
        text=f"{colours}: the file cannot tell whether that is right",
        cure="Compare the scores on a picture of yours with the other order: the right one finds more.",
    )


def _described(ends: list[ort.NodeArg]) -> str:
    return ", ".join(f"{each.name} {each.type.removeprefix('tensor')} {each.shape}" for each in ends)


def _refused(check: str, error: ConfigurationError) -> Finding:
    problem = error.problems[0]
    text = f"expected {problem.expected}, came {problem.came}"
    return Finding(check=check, state="bad", text=text, cure=problem.cure)


def _shape(card: ModelCard, loaded: ort.InferenceSession) -> Iterator[Finding]:
    """Compare the first input's shape with the card's; a text or None in it means any size."""
    shape = loaded.get_inputs()[0].shape
    height, width = card.input_size
    expected = [1, 3, height, width] if card.layout == "nchw" else [1, height, width, 3]
    wrong = [
        (had, wants)
        for had, wants in zip(shape, expected, strict=False)
        if isinstance(had, int) and had > 0 and had != wants
    ]
    if len(shape) == len(expected) and not wrong:
        yield Finding(check="input size", state="good", text=f"{height} × {width}, {card.layout}")
        return
    swapped = len(shape) == len(expected) and (shape[3] == 3) == (card.layout == "nchw")  # noqa: PLR2004 - channels
    layout = "nhwc" if card.layout == "nchw" else "nchw"
    cure = f'Write layout = "{layout}".' if swapped else "Write input_size as the model has it."
    yield Finding(check="input size", state="bad", text=f"the card says {expected}, the model {shape}", cure=cure)


def _head(card: ModelCard, loaded: ort.InferenceSession) -> Finding:
    found = head_of(loaded)
    if found == card.head:
        return Finding(check="head", state="good", text=card.head)
    names = ", ".join(each.name for each in loaded.get_outputs())
    cure = f'Write head = "{found}".' if found else "Export the model with the outputs of a head that is known."
    return Finding(check="head", state="bad", text=f"the card says {card.head}, the outputs are {names}", cure=cure)


def _trial(card: ModelCard, models_directory: Path, picture: Picture | None) -> Iterator[Finding]:
    shown = picture if picture is not None else _noise()
    try:
        detector = Detector(card, models_directory)
        people, things = detector.detect(shown), detector.things(shown)
    except Exception as error:
        cure = "Compare inputs and outputs above with the card."
        yield Finding(check="a picture", state="bad", text=str(error).splitlines()[0], cure=cure)
        return
    sure = int((people.scores >= card.threshold).sum())
    best = f", the best at {people.scores.max():.2f}" if len(people) else ""
    text = f"{sure} people from the threshold on{best}; {len(things)} other things"
    if picture is None and sure:
        cure = "Check colour_order, divisor and head: grey noise holds nobody."
        yield Finding(check="a picture of noise", state="bad", text=text, cure=cure)
    else:
        yield Finding(check="a picture", state="good", text=text)
    yield from _boxes(Detections.together([people, things]), shown)


def _boxes(found: Detections, picture: Picture) -> Iterator[Finding]:
    """Judge the boxes' range: pixels of the picture are expected."""
    if not len(found):
        return
    height, width = picture.shape[:2]
    if float(np.abs(found.boxes_xyxy).max()) <= SHARES:
        cure = "The head gives shares of the picture, not pixels: export it with pixels, or choose another head."
        yield Finding(check="boxes", state="bad", text="all boxes lie between 0 and 1", cure=cure)
    elif (np.abs(found.boxes_xyxy) > FAR_OUT * np.array([width, height] * 2)).any():
        cure = "Check the head, input_size and resize."
        yield Finding(check="boxes", state="bad", text="boxes lie far outside of the picture", cure=cure)
    elif (found.boxes_xyxy[:, 2:] < found.boxes_xyxy[:, :2]).any():
        cure = "The head wants left, top, right, bottom; the model seems to give width and height."
        yield Finding(check="boxes", state="bad", text="right or bottom come before left or top", cure=cure)
    else:
        yield Finding(check="boxes", state="good", text="in pixels of the picture")


def _noise() -> Picture:
    return np.random.default_rng(1).integers(100, 140, (*TRIAL_SIZE, 3), dtype=np.uint8)
