from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import heads
from edge.detections import Detections


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    """Return (N, 4) float32."""
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


def test_letterbox_keeps_proportions_top_left() -> None:
    """A 200x100 picture fills the upper half of a 64 square; the rest is grey 114."""
    square, placement = heads.letterbox(np.full((100, 200, 3), 7, dtype=np.uint8), (64, 64), padding=114)
    assert list(placement.scale) == pytest.approx([0.32, 0.32])
    assert (square[:32] == 7).all()
    assert (square[32:] == 114).all()


@pytest.mark.parametrize("is_centred", [False, True])
def test_boxes_come_back_to_where_the_picture_was(is_centred: bool) -> None:  # noqa: FBT001 - of the table
    """A box that covers the scaled picture covers the picture; heights and widths may differ."""
    picture = np.full((100, 200, 3), 7, dtype=np.uint8)
    fitted, placement = heads.letterbox(picture, (96, 128), padding=0, is_centred=is_centred)
    rows, columns = np.nonzero(fitted[..., 0])
    box = boxes((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    assert placement.back(box).tolist() == [pytest.approx([0, 0, 200, 100])]
    _, placement = heads.stretched(picture, (64, 64))
    assert placement.back(boxes((0, 0, 64, 64))).tolist() == [pytest.approx([0, 0, 200, 100])]


def test_mean_and_deviation_are_by_channel() -> None:
    """In the order of the network's colours, for both layouts."""
    picture = np.full((2, 2, 3), (255, 0, 51), dtype=np.uint8)
    given = {"is_rgb": True, "divisor": 255.0, "mean": (0.2, 0.5, 0.0), "deviation": (1.0, 0.5, 2.0)}
    first = heads.network_input(picture, **given)  # type: ignore[arg-type]
    assert first[0, :, 0, 0].tolist() == pytest.approx([0.0, -1.0, 0.5])
    last = heads.network_input(picture, **given, is_channels_last=True)  # type: ignore[arg-type]
    assert last.shape == (1, 2, 2, 3)
    assert last[0, 0, 0].tolist() == pytest.approx([0.0, -1.0, 0.5])


def test_input_order_and_range() -> None:
    """Planes are (1, 3, S, S); RGB reverses the channels; the divisor scales."""
    picture = np.zeros((2, 2, 3), dtype=np.uint8)
    picture[..., 0] = 255
    assert heads.network_input(picture, is_rgb=False, divisor=1.0)[0, :, 0, 0].tolist() == [255, 0, 0]
    assert heads.network_input(picture, is_rgb=True, divisor=255.0)[0, :, 0, 0].tolist() == [0, 0, 1]


def test_yolox_grid_covers_all_strides() -> None:
    """416 pixels give 52² + 26² + 13² anchor points, rows first."""
    grid = heads.yolox_grid((416, 416))
    assert grid.shape == (3549, 3)
    assert grid[1].tolist() == [1, 0, 8]
    assert grid[52].tolist() == [0, 1, 8]
    assert grid[-1].tolist() == [12, 12, 32]


def test_yolox_decodes_a_known_box() -> None:
    """Centre = (xy + grid) * stride, size = exp(wh) * stride, score = objectness * class, all divided by the scale."""
    grid = heads.yolox_grid((64, 64))
    output = np.zeros((len(grid), 7), dtype=np.float32)
    output[9] = [0.5, 0.5, np.log(2), np.log(4), 0.9, 0.1, 0.8]
    wanted = heads.Wanted({1: 0.3}, 0.5)
    found = heads.yolox_detections(output, grid, heads.Placement((0.5, 0.5)), wanted)
    assert grid[9].tolist() == [1, 1, 8]
    assert found.boxes_xyxy.tolist() == [pytest.approx([8, -8, 40, 56], abs=1e-4)]
    assert found.scores.tolist() == [pytest.approx(0.72)]


def test_deim_selects_people_without_doubles() -> None:
    """Only the class of a person from the threshold on; a person boxed twice is one."""
    found = heads.labelled_detections(
        np.array([0, 0, 7, 0]),
        boxes((0, 0, 10, 20), (0, 0, 10, 21), (0, 0, 10, 20), (50, 0, 60, 20)),
        np.array([0.5, 0.9, 0.9, 0.2], dtype=np.float32),
        heads.Wanted({0: 0.3}, 0.5),
    )
    assert found.boxes_xyxy.tolist() == [[0, 0, 10, 21]]


def test_classes_have_thresholds_of_their_own_and_do_not_suppress_one_another() -> None:
    """A knife in front of a person is both."""
    found = heads.labelled_detections(
        np.array([0, 43, 43]),
        boxes((0, 0, 10, 20), (0, 0, 10, 20), (30, 0, 40, 20)),
        np.array([0.9, 0.6, 0.4], dtype=np.float32),
        heads.Wanted({0: 0.3, 43: 0.5}, 0.5),
    )
    assert found.class_ids.tolist() == [0, 43]
    assert len(Detections.together([])) == 0


def test_overlap_of_known_boxes() -> None:
    """Half shared of two equal boxes is a third; apart is nothing; the same is all."""
    first = boxes((0, 0, 2, 2))
    assert heads.overlaps(first, boxes((1, 0, 3, 2), (5, 5, 6, 6), (0, 0, 2, 2))).tolist() == [
        pytest.approx([1 / 3, 0, 1])
    ]


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_no_two_kept_boxes_overlap(seed: int, count: int) -> None:
    """After removal no pair overlaps by more than the limit, and whatever went overlaps a better one that stayed."""
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 50, (count, 2))
    people = Detections.of(np.hstack([corner, corner + random.uniform(5, 40, (count, 2))]), random.uniform(0, 1, count))
    kept = heads.without_doubles(people, 0.5)
    among = heads.overlaps(kept.boxes_xyxy, kept.boxes_xyxy)
    assert (among[~np.eye(len(kept), dtype=bool)] <= 0.5).all()
    assert sorted(kept.scores.tolist(), reverse=True) == kept.scores.tolist()
    every = heads.overlaps(people.boxes_xyxy, kept.boxes_xyxy)
    better = kept.scores[None, :] >= people.scores[:, None]
    assert ((every > 0.5) & better).any(axis=1).all()


def test_the_foot_is_the_middle_of_the_lower_edge() -> None:
    """Boxes are not clipped: a person cut by the lower edge stands beyond it, and touches the border."""
    people = Detections.of(boxes((10, 10, 30, 110), (40, 40, 50, 60)), np.array([1.0, 1.0]))
    assert people.foot_points().tolist() == [[20, 110], [45, 60]]
    assert people.at_border(100, 100).tolist() == [True, False]


def test_aligned_arrays_only() -> None:
    """Arrays of different lengths are refused at once."""
    with pytest.raises(ValueError, match="one length"):
        Detections.of(boxes((0, 0, 1, 1)), np.zeros(2))
