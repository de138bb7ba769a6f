from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.detector import Detector
from edge.errors import ConfigurationError
from edge.model_cards import known_cards, load_card

CARDS = sorted(known_cards())


@pytest.mark.parametrize("name", CARDS)
def test_the_cards_that_come_with_the_edge_are_good(name: str) -> None:
    """Every card loads and names its licence and origin."""
    card = load_card(name)
    assert card.licence
    assert card.origin


def test_a_missing_model_is_told_with_its_cure(tmp_path: Path) -> None:
    """A missing model names the file and how to say where it lies."""
    with pytest.raises(ConfigurationError, match=r"no such file.*--models FOLDER"):
        Detector(load_card("yolox-nano"), tmp_path)


def test_another_file_under_the_name_is_refused(tmp_path: Path) -> None:
    """The digest is checked before anything is loaded."""
    card = load_card("yolox-nano")
    (tmp_path / card.file).write_bytes(b"something else")
    with pytest.raises(ConfigurationError, match="expected sha256 695e750a"):
        Detector(card, tmp_path)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """A file with the right digest that is no ONNX is a configuration error too, not a crash."""
    content = b"not a model"
    card = replace(load_card("yolox-nano"), sha256=hashlib.sha256(content).hexdigest())
    (tmp_path / card.file).write_bytes(content)
    with pytest.raises(ConfigurationError, match="a model that onnxruntime loads"):
        Detector(card, tmp_path)


def test_a_wrong_card_tells_everything(tmp_path: Path) -> None:
    """Unknown keys, wrong digests, heads and thresholds are told at once."""
    text = known_cards()["yolox-nano"].read_text(encoding="utf-8")
    text = text.replace('head = "yolox"', 'head = "yolo"').replace("threshold = 0.30", "threshold = 3", 1)
    path = tmp_path / "card.toml"
    path.write_text(text.replace('sha256 = "', 'sha256 = "X') + "colour = 1\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_card(path)
    told = str(caught.value)
    assert all(each in told for each in ("Did you mean `yolox`?", "sha256sum", "a share above 0", "colour"))


@pytest.mark.video
@pytest.mark.parametrize("name", CARDS)
def test_each_model_sees_nobody_in_an_empty_picture(name: str, trial_data: Path) -> None:
    """A grey picture holds no person from the threshold on, whatever its shape."""
    detector = Detector(load_card(name), trial_data / "models")
    found = detector.detect(np.full((240, 400, 3), 90, dtype=np.uint8))
    assert not (found.scores >= detector.card.threshold).any()
