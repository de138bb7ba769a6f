"""A person's own model: by a card, checked with every mismatch explained, updated with a way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

from edge.__main__ import main
from edge.detector import Detector, Things
from edge.errors import ConfigurationError
from edge.heads import Picture
from edge.model_cards import load_card
from edge.model_check import verify
from edge.model_store import ModelStore
from tests.edge.onnx_models import card_text, write_constant_model, write_nms_model

PICTURE = np.full((100, 200, 3), 90, dtype=np.uint8)
CUP = '[classes]\n0 = "person"\n41 = "cup"\n'


def _card(
    folder: Path, name: str = "mine", *, scale: float = 1.0, head: str = "nms", side: int = 64, more: str = CUP
) -> Path:
    sha256 = write_nms_model(folder / f"{name}.onnx", scale=scale)
    path = folder / f"{name}.toml"
    path.write_text(card_text(name, f"{name}.onnx", sha256, head=head, side=side, more=more))
    return path


def test_a_model_with_nms_in_its_graph_works_by_its_card(tmp_path: Path) -> None:
    """Boxes come back from the letterboxed input: 64 of 200 pixels is a scale of 0.32. Other classes are things."""
    detector = Detector(load_card(_card(tmp_path)), tmp_path)
    people = detector.detect(PICTURE)
    assert people.boxes_xyxy.tolist() == [
        pytest.approx([25, 50, 75, 150]),
        pytest.approx([125, 50, 175, 150]),
    ]
    assert people.scores.tolist() == pytest.approx([0.9, 0.2])
    things = Things(detector).detect(PICTURE)
    assert things.class_ids.tolist() == [41]
    assert things.scores.tolist() == pytest.approx([0.8])


def test_a_class_may_have_a_threshold_of_its_own(tmp_path: Path) -> None:
    """Higher than that of people."""
    card = _card(tmp_path, more=f"{CUP}\n[class_thresholds]\ncup = 0.85\n")
    assert len(Things(Detector(load_card(card), tmp_path)).detect(PICTURE)) == 0


def test_one_picture_is_run_once_for_people_and_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several kinds of things cost no second inference."""
    detector = Detector(load_card(_card(tmp_path)), tmp_path)
    ran: list[int] = []
    run = detector._run

    def counted(picture: Picture) -> Any:
        ran.append(1)
        return run(picture)

    monkeypatch.setattr(detector, "_run", counted)
    detector.detect(PICTURE)
    detector.things(PICTURE)
    detector.detect(PICTURE.copy())
    assert len(ran) == 2


def test_a_deim_like_model_works_by_its_card(tmp_path: Path) -> None:
    """Boxes in source pixels, the picture's size as a second input."""
    outputs: dict[str, NDArray[Any]] = {
        "labels": np.array([[0, 5]], dtype=np.int64),
        "boxes": np.array([[[10, 20, 30, 90], [0, 0, 5, 5]]], dtype=np.float32),
        "scores": np.array([[0.8, 0.9]], dtype=np.float32),
    }
    inputs = {"images": (TensorProto.FLOAT, [1, 3, 64, 64]), "orig_target_sizes": (TensorProto.INT64, [1, 2])}
    sha256 = write_constant_model(tmp_path / "deim.onnx", outputs, inputs=inputs)
    path = tmp_path / "deim.toml"
    path.write_text(card_text("deim", "deim.onnx", sha256, head="deim"))
    assert Detector(load_card(path), tmp_path).detect(PICTURE).boxes_xyxy.tolist() == [[10, 20, 30, 90]]


def _told(card: Path, folder: Path) -> dict[str, tuple[str, str]]:
    return {each.check: (each.state, f"{each.text} {each.cure}") for each in verify(load_card(card), folder)}


def test_a_good_model_is_told_as_good(tmp_path: Path) -> None:
    """All but the colours, which no file can tell; this one sees a person in noise, which is told."""
    told = _told(_card(tmp_path), tmp_path)
    assert [told[check][0] for check in ("file", "inputs", "outputs", "input size", "head", "boxes")] == ["good"] * 6
    assert told["colours"][0] == "warning"
    assert told["a picture of noise"][0] == "bad"


def test_every_mismatch_is_explained_with_its_cure(tmp_path: Path) -> None:
    """Head, size, layout, shares instead of pixels, another file, none."""
    assert 'Write head = "nms".' in _told(_card(tmp_path, head="yolox"), tmp_path)["head"][1]
    assert "Write input_size" in _told(_card(tmp_path, side=96), tmp_path)["input size"][1]
    assert 'Write layout = "nchw".' in _told(_card(tmp_path, more='layout = "nhwc"'), tmp_path)["input size"][1]
    assert "shares of the picture" in _told(_card(tmp_path, scale=0.001), tmp_path)["boxes"][1]
    card = _card(tmp_path)
    (tmp_path / "mine.onnx").write_bytes(b"other")
    assert "Fetch the file again" in _told(card, tmp_path)["file"][1]
    (tmp_path / "mine.onnx").unlink()
    assert "no such file" in _told(card, tmp_path)["file"][1]


def test_a_detector_of_another_head_is_refused_at_once(tmp_path: Path) -> None:
    """And not at the first picture."""
    with pytest.raises(ConfigurationError, match=r"came the outputs dets, labels. Write head = .nms."):
        Detector(load_card(_card(tmp_path, head="deim")), tmp_path)


def test_the_command_verifies_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an exit code for scripts."""
    card = _card(tmp_path)
    assert main(["models", "verify", str(card), "--models", str(tmp_path)]) == 1
    assert "what to do" in capsys.readouterr().out
    assert main(["models", "list", "--state", str(tmp_path / "none")]) == 0
    assert "yolox-nano" in capsys.readouterr().out


def _quiet(folder: Path, name: str) -> Path:
    """Write a model that sees nothing."""
    outputs: dict[str, NDArray[Any]] = {
        "dets": np.zeros((1, 1, 5), dtype=np.float32),
        "labels": np.full((1, 1), len(name), dtype=np.int64),
    }
    sha256 = write_constant_model(
        folder / f"{name}.onnx", outputs, inputs={"input": (TensorProto.FLOAT, [1, 3, 64, 64])}
    )
    path = folder / f"{name}.toml"
    path.write_text(card_text(name, f"{name}.onnx", sha256))
    return path


def _install(store: ModelStore, folder: Path, name: str) -> str:
    return store.install(_quiet(folder, name), str(folder / f"{name}.onnx")).name


def test_a_model_is_updated_and_rolled_back(tmp_path: Path) -> None:
    """The one before is kept, and going back twice goes forward; older ones are removed."""
    store = ModelStore(tmp_path / "store")
    for name in ("one", "seven", "eleven"):
        assert _install(store, tmp_path, name) == name
    assert store.current().name == "eleven"
    assert store.rollback().name == "seven"
    assert store.current().name == "seven"
    assert store.rollback().name == "eleven"
    assert len(list((tmp_path / "store").glob("*.onnx"))) == 2


def test_what_does_not_fit_its_card_is_not_installed(tmp_path: Path) -> None:
    """Another digest, or a model that sees people in noise: the current one stays."""
    store = ModelStore(tmp_path / "store")
    _install(store, tmp_path, "one")
    seven = _quiet(tmp_path, "seven")
    with pytest.raises(ConfigurationError, match="sha256"):
        store.install(seven, str(tmp_path / "one.onnx"))
    with pytest.raises(ConfigurationError, match="noise"):
        store.install(_card(tmp_path), str(tmp_path / "mine.onnx"))
    with pytest.raises(ConfigurationError, match="no such file"):
        store.install(seven, str(tmp_path / "none.onnx"))
    assert store.current().name == "one"
    assert not list((tmp_path / "store").glob("*.part"))


def test_a_damaged_model_falls_back_to_the_one_before(tmp_path: Path) -> None:
    """A box goes on counting."""
    store = ModelStore(tmp_path / "store")
    _install(store, tmp_path, "one")
    _install(store, tmp_path, "seven")
    current = json.loads((tmp_path / "store" / "installed.json").read_text())["current"]
    (tmp_path / "store" / f"{current}.onnx").write_bytes(b"broken")
    assert store.current().name == "one"


class PowerCutError(Exception):
    """The machine stops here."""


STEPS = ("fetch", "check", "place file", "place card", "try", "point", "done")


@pytest.mark.parametrize("last", STEPS)
def test_a_crash_at_any_step_leaves_a_model(tmp_path: Path, last: str) -> None:
    """The one before until the pointer is replaced, the new one from then on; a second try succeeds."""
    folder = tmp_path / "store"
    _install(ModelStore(folder), tmp_path, "one")

    def cut(step: str) -> None:
        if step == last:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        _install(ModelStore(folder, step=cut), tmp_path, "seven")
    assert ModelStore(folder).current().name == ("seven" if last == "done" else "one")
    assert _install(ModelStore(folder), tmp_path, "seven") == "seven"
    assert ModelStore(folder).rollback().name == "one"


def test_nothing_installed_is_told_with_its_cure(tmp_path: Path) -> None:
    """And there is no way back from one model."""
    with pytest.raises(ConfigurationError, match="edge models install"):
        ModelStore(tmp_path).current()
    store = ModelStore(tmp_path / "store")
    _install(store, tmp_path, "one")
    with pytest.raises(ConfigurationError, match="a model before"):
        store.rollback()
