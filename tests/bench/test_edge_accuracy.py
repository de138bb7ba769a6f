"""The edge's figures on the shared clips may only get better."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.edge_accuracy import BASELINE, Figure, compare, figures, read, write


def test_a_worse_figure_is_told_a_better_one_is_not() -> None:
    """Each by its own better side, with a hundredth of grace for other processors."""
    before = {"IDF1": Figure(0.80, more_is_better=True), "switches": Figure(4.0, more_is_better=False)}
    better = {"IDF1": Figure(0.85, more_is_better=True), "switches": Figure(3.0, more_is_better=False)}
    worse = {"IDF1": Figure(0.78, more_is_better=True), "switches": Figure(5.0, more_is_better=False)}
    assert compare(before, better) == []
    assert compare(before, {name: Figure(each.value, each.more_is_better) for name, each in before.items()}) == []
    assert compare(before, worse) == [
        "IDF1: expected 0.800 or better, came 0.780",
        "switches: expected 4.000 or better, came 5.000",
    ]
    assert compare(before, {}) == ["IDF1: expected a figure, came none", "switches: expected a figure, came none"]


def test_figures_survive_their_file(tmp_path: Path) -> None:
    """As written, so read."""
    path = tmp_path / "figures.json"
    now = {"IDF1": Figure(0.8123, more_is_better=True)}
    write(path, now)
    assert read(path) == now


@pytest.mark.video
@pytest.mark.timeout(300)
def test_the_edge_is_no_worse_than_its_baseline(trial_data: Path) -> None:
    """On real clips with the default detector; takes some 40 s."""
    baseline = {name: each for name, each in read(BASELINE).items() if "deimv2" not in name}
    assert compare(baseline, figures(trial_data, cards=("yolox-nano",))) == []
