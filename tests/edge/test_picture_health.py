from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.heads import Picture
from edge.picture_health import PictureHealth, PictureHealthSettings, picture_health_settings
from edge.sources import Frame, VideoFile
from edge.toml_file import Problems, Table

STEP_MS = 200
SIZE = (640, 360)


def scene(seed: int = 1) -> Picture:
    """Return a shop-like picture: boxes of many sizes and tones on a floor."""
    draw = np.random.default_rng(seed)
    picture = np.full((SIZE[1], SIZE[0], 3), 120, dtype=np.uint8)
    for _ in range(40):
        x, y = int(draw.integers(0, 600)), int(draw.integers(0, 320))
        w, h = (int(each) for each in draw.integers(10, 90, 2))
        cv2.rectangle(picture, (x, y), (x + w, y + h), draw.integers(30, 220, 3).tolist(), -1)
    return picture


NOISE = np.random.default_rng(7).normal(0, 1, (8, SIZE[1], SIZE[0], 3)).astype(np.float32)


def noisy(picture: Picture, seed: int, sigma: float = 2.0) -> Picture:
    """Return what a live sensor gives of a still scene."""
    noise = NOISE[seed % 8, : picture.shape[0], : picture.shape[1]] * sigma
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def states(health: PictureHealth, give: Callable[[int], Picture], seconds: float, start_ms: int = 0) -> list[str]:
    """Return the states of pictures at 5 a second."""
    count = round(seconds * 1_000 / STEP_MS)
    return [health.update(Frame(event_time_ms=start_ms + i * STEP_MS, picture=give(i))) for i in range(count)]


def shifted(picture: Picture, x: int, y: int) -> Picture:
    """Return the picture of a camera that was turned a little."""
    matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
    return np.asarray(cv2.warpAffine(picture, matrix, SIZE, borderMode=cv2.BORDER_REFLECT), dtype=np.uint8)


def test_a_still_scene_with_the_noise_of_a_sensor_is_ok() -> None:
    """A still scene with the noise of a sensor is ok."""
    picture = scene()
    assert set(states(PictureHealth(), lambda i: noisy(picture, i, 1.0), 70)) == {"ok"}


def test_identical_pictures_are_frozen_after_their_time_and_ok_at_once_when_they_go_on() -> None:
    """Identical pictures are frozen after their time and ok at once when they go on."""
    picture = scene()
    health = PictureHealth()
    found = states(health, lambda _: picture, 15)
    assert found.index("frozen") == 1 + 10_000 // STEP_MS
    assert set(found[51:]) == {"frozen"}
    assert states(health, lambda i: noisy(picture, i), 1, start_ms=20_000) == ["ok"] * 5


def test_a_still_that_is_encoded_again_is_frozen_after_a_longer_time() -> None:
    """A still that is encoded again is frozen after a longer time."""
    picture = scene()
    found = states(PictureHealth(), lambda i: np.asarray(picture + i % 2, dtype=np.uint8), 65)
    assert found.index("frozen") == 60_000 // STEP_MS + 1


@pytest.mark.parametrize("level", [0, 8, 130, 252])
def test_black_covered_and_blinded_lenses_are_dark(level: int) -> None:
    """Black covered and blinded lenses are dark."""
    blank = np.full((SIZE[1], SIZE[0], 3), level, dtype=np.uint8)
    found = states(PictureHealth(), lambda i: noisy(blank, i), 3)
    assert found == ["ok"] * 10 + ["dark"] * 5


def test_a_dim_shop_with_one_lamp_is_ok() -> None:
    """A dim shop with one lamp is ok."""
    picture = np.full((SIZE[1], SIZE[0], 3), 12, dtype=np.uint8)
    picture[40:120, 200:330] = 150
    assert set(states(PictureHealth(), lambda i: noisy(picture, i), 5)) == {"ok"}


def test_a_turned_camera_is_moved_by_its_shift_and_back_when_turned_back() -> None:
    """A turned camera is moved by its shift and back when turned back."""
    picture = scene()
    health = PictureHealth()
    states(health, lambda i: noisy(picture, i), 5)
    was_moved = health.is_moved
    turned = shifted(picture, 32, 18)
    states(health, lambda i: noisy(turned, i), 20, start_ms=5_000)
    assert (was_moved, health.is_moved) == (False, True)
    assert health.shift == pytest.approx((32 / 640, 18 / 360), abs=0.01)
    states(health, lambda i: noisy(picture, i), 3, start_ms=25_000)
    is_still_moved = health.is_moved
    assert not is_still_moved


def test_another_scene_is_moved_until_it_is_learnt() -> None:
    """Another scene is moved until it is learnt."""
    health = PictureHealth()
    states(health, lambda i: noisy(scene(1), i), 5)
    states(health, lambda i: noisy(scene(2), i), 20, start_ms=5_000)
    assert health.is_moved
    health.relearn()
    states(health, lambda i: noisy(scene(2), i), 20, start_ms=30_000)
    assert not health.is_moved


def test_a_moved_camera_learns_by_itself_where_it_is_told_to() -> None:
    """A moved camera learns by itself where it is told to."""
    health = PictureHealth(PictureHealthSettings(relearn_ms=20_000))
    states(health, lambda i: noisy(scene(1), i), 5)
    states(health, lambda i: noisy(scene(2), i), 60, start_ms=5_000)
    assert not health.is_moved


def test_light_that_dims_or_is_switched_is_no_move() -> None:
    """Light that dims or is switched is no move."""
    picture = scene()
    health = PictureHealth()
    moved: list[bool] = []

    def dimming(i: int) -> Picture:
        moved.append(health.is_moved)
        gain = 1.0 - 0.6 * min(1.0, i / 300) if i < 350 else 1.0
        return noisy(np.asarray(picture * gain, dtype=np.uint8), i)

    assert set(states(health, dimming, 100)) == {"ok"}
    assert not any(moved)


def test_a_person_before_the_camera_is_no_move() -> None:
    """A person before the camera is no move."""
    picture = scene()
    health = PictureHealth()
    states(health, lambda i: noisy(picture, i), 5)
    crowded = picture.copy()
    crowded[60:, 150:350] = 40
    states(health, lambda i: noisy(crowded, i), 20, start_ms=5_000)
    assert not health.is_moved


def test_pictures_at_less_than_half_the_rate_are_slow() -> None:
    """Pictures at less than half the rate are slow."""
    health = PictureHealth(frames_per_second=10.0)
    states(health, lambda i: noisy(scene(), i), 4)
    assert not health.is_slow
    for i in range(64):
        health.update(Frame(event_time_ms=10_000 + i * 1_000, picture=scene()))
    assert health.is_slow


def test_a_change_of_resolution_is_taken() -> None:
    """A change of resolution is taken."""
    health = PictureHealth()
    states(health, lambda i: noisy(scene(), i), 4)
    small = cv2.resize(scene(), (320, 180))
    assert set(states(health, lambda i: noisy(np.asarray(small), i), 4, start_ms=4_000)) == {"ok"}


def test_settings_come_from_a_table_and_every_problem_is_told() -> None:
    """Settings come from a table and every problem is told."""
    problems = Problems()
    table = Table({"frozen_ms": 0, "moved_share": 2.0, "drak_ms": 3, "relearn_ms": 5}, "picture_health", problems)
    assert picture_health_settings(table).relearn_ms == 5
    told = [str(each) for each in problems.found]
    assert [each.split(":")[0] for each in told] == [
        "picture_health.drak_ms",
        "picture_health.frozen_ms",
        "picture_health.moved_share",
    ]
    assert "dark_ms" in told[0]


@pytest.mark.video
@pytest.mark.parametrize(
    "name",
    [
        "OneLeaveShop1cor.mpg",
        "bottle-detection.mp4",
        "one-by-one-person-detection.mp4",
        "store-aisle-detection-preview.gif",
    ],
)
def test_real_clips_are_ok_and_unmoved(trial_data: Path, name: str) -> None:
    """Real clips are ok and unmoved."""
    health = PictureHealth()
    for frame in VideoFile(trial_data / "videos" / name, start_ms=0, frames_per_second=5.0):
        assert health.update(frame) == "ok", frame.event_time_ms
        assert not health.is_moved, frame.event_time_ms


def test_it_costs_a_small_part_of_a_picture() -> None:
    """It costs a small part of a picture."""
    health = PictureHealth()
    pictures = [noisy(scene(), i) for i in range(4)]
    spent = []
    for i in range(100):
        begin = time.thread_time()
        health.update(Frame(event_time_ms=i * STEP_MS, picture=pictures[i % 4]))
        spent.append(time.thread_time() - begin)
    assert np.median(spent) < 0.004
