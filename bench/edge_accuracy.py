"""`python -m bench.edge_accuracy`: how right the edge is on the shared clips, beside their truth by hand.

The figures may only get better: worse ones fail, and `--accept` takes none as the baseline.

Average precision at an overlap of 0.5 is that of COCO (`supervision`); IDF1 (Ristani et al. 2016) and identity
switches (CLEAR MOT, Bernardin and Stiefelhagen 2008) are those of TrackEval (`trackers.eval`).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from supervision.metrics import MeanAveragePrecision
from trackers.eval import compute_clear_metrics, compute_identity_metrics

from contracts.events import Event, TrackMerge, Visit
from edge.analysis import Finder
from edge.assembly import camera_analyst
from edge.boots import Boots
from edge.detections import Detections
from edge.detector import Detector
from edge.errors import EXIT_CODE, ConfigurationError
from edge.heads import Picture, overlaps
from edge.model_cards import ModelCard, load_card
from edge.pipeline import run_video
from edge.runtime import StoreFloor
from edge.sources import VideoFile
from edge.store_file import StoreFile, load_store
from local.paths import ROOT

BASELINE = Path(__file__).with_name("edge_baseline.json")
CARDS = ("yolox-nano", "deimv2-atto", "deimv2-femto")
CORRIDOR = "OneLeaveShop1cor.mpg"
ONE_BY_ONE = "one-by-one-person-detection.mp4"
AISLE = "store-aisle-detection-preview.gif"
OVERLAP = 0.5
STEPS = {25.0: 1, 12.5: 2, 5.0: 5}
"""Of the corridor's 25 pictures a second, every how many are analysed. A mean over all that one can begin with: what
one of them gives is chance."""
TOLERANCE = 0.01
"""By how much a figure may differ: another processor rounds elsewhere."""
FAILURE = 1
START_MS = 1_790_000_000_000
HIDDEN_EVERY_MS = 10_000
HIDDEN_MS = 3_000
Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its better side."""

    value: float
    more_is_better: bool


Figures = dict[str, Figure]


def main(arguments: list[str] | None = None) -> int:
    """Measure; returns 0, 1 where a figure got worse, or 2 where clips or models are missing."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        with console.status("Analysing") as status:
            now = figures(options.data, told=status.update)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_CODE
    before = read(BASELINE) if BASELINE.exists() else {}
    console.print(_table(now, before))
    worse = compare(before, now)
    for line in worse:
        print(line, file=sys.stderr)
    if options.accept_worse or (options.accept and not worse):
        write(BASELINE, now)
    return FAILURE if worse and not options.accept_worse else 0


def figures(data: Path, *, cards: tuple[str, ...] = CARDS, told: Callable[[str], None] = lambda _: None) -> Figures:
    """Return every figure by name.

    Args:
        data: Folder of models, videos and truth.
        cards: Detectors whose precision is measured; tracks and visits are those of the first.
        told: Takes what is being done.

    Raises:
        ConfigurationError: where a clip or a model is missing.
    """
    found: Figures = {}
    for name in cards:
        told(f"Precision of {name}")
        found[f"corridor, AP, {name}"] = Figure(_precision(data, load_card(name)), more_is_better=True)
    card = load_card(cards[0])
    finder = Remembering(Detector(card, data / "models"))
    for rate, step in STEPS.items():
        told(f"Tracks at {rate:g} pictures a second")
        runs = [_tracks(data, card, finder, rate=rate, begin=begin, step=step) for begin in range(step)]
        found |= {name: Figure(mean(run[name].value for run in runs), runs[0][name].more_is_better) for name in runs[0]}
    told("Visits")
    found |= _one_by_one(data, card) | _aisle(data, card)
    told("Occlusions")
    return found | _occluded(data, card)


def compare(before: Mapping[str, Figure], now: Mapping[str, Figure]) -> list[str]:
    """Return a line for each figure that got worse, or is gone."""
    worse = [f"{name}: expected a figure, came none" for name in before.keys() - now.keys()]
    for name, was in before.items():
        if name in now:
            gain = (now[name].value - was.value) * (1 if was.more_is_better else -1)
            if gain < -TOLERANCE:
                worse.append(f"{name}: expected {was.value:.3f} or better, came {now[name].value:.3f}")
    return sorted(worse)


def read(path: Path) -> Figures:
    """Return the figures of a file."""
    return {name: Figure(**each) for name, each in json.loads(path.read_text()).items()}


def write(path: Path, now: Figures) -> None:
    """Write figures into a file."""
    content = {
        name: {"value": round(each.value, 4), "more_is_better": each.more_is_better} for name, each in now.items()
    }
    path.write_text(json.dumps(content, indent=2) + "\n")


def _precision(data: Path, card: ModelCard) -> float:
    detector = Detector(card, data / "models")
    metric = MeanAveragePrecision()
    truth = _corridor_truth(data)
    for number, picture in _corridor(data):
        found = detector.detect(picture)
        metric.update(
            sv.Detections(xyxy=found.boxes_xyxy, confidence=found.scores, class_id=np.zeros(len(found), dtype=int)),
            sv.Detections(xyxy=truth[number][1], class_id=np.zeros(len(truth[number][0]), dtype=int)),
        )
    return float(metric.compute().map50)


def _corridor(data: Path) -> Iterator[tuple[int, Picture]]:
    """Yield (number, picture) of every frame that has a truth."""
    video = VideoFile(data / "videos" / CORRIDOR, start_ms=0)
    truth = _corridor_truth(data)
    for number, frame in enumerate(video):
        if number in truth:
            yield number, frame.picture


def _corridor_truth(data: Path) -> dict[int, tuple[NDArray[np.int64], Boxes]]:
    """Return (identities, (N, 4) boxes) by frame."""
    rows: dict[int, list[tuple[float, ...]]] = {}
    with (data / "truth" / "caviar_OneLeaveShop1cor_boxes.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            x, y, w, h = (float(row[key]) for key in ("x", "y", "w", "h"))
            rows.setdefault(int(row["frame"]), []).append((int(row["id"]), x, y, x + w, y + h))
    arrays = {number: np.array(each) for number, each in rows.items()}
    return {n: (each[:, 0].astype(np.int64), each[:, 1:].astype(np.float32)) for n, each in arrays.items()}


def _tracks(data: Path, card: ModelCard, finder: Finder, *, rate: float, begin: int, step: int) -> Figures:
    """Follow the corridor's people in every `step`th picture from `begin` on, and compare identities in these."""
    store = _store("caviar-corridor.toml")
    boots = Boots(lambda: "b", store.time_zone)
    analyst = camera_analyst(
        store,
        store.cameras[0].camera_id,
        model_card=card,
        models_directory=data / "models",
        frames_per_second=rate,
        boots=boots,
        finder=finder,
    )
    truth = _corridor_truth(data)
    numbers: dict[str, int] = {}
    gt_ids, ids, similarities = [], [], []
    for number, frame in enumerate(VideoFile(data / "videos" / CORRIDOR, start_ms=0)):
        if number % step != begin or number not in truth:
            continue
        look = analyst.look(frame)
        assert look.frame is not None
        people = look.frame.detections
        gt_ids.append(truth[number][0])
        ids.append(_numbered(people, numbers))
        similarities.append(overlaps(truth[number][1], people.boxes_xyxy).astype(np.float64))
    identity = compute_identity_metrics(gt_ids, ids, similarities, threshold=OVERLAP)
    clear = compute_clear_metrics(gt_ids, ids, similarities, threshold=OVERLAP)
    return {
        f"corridor, IDF1 at {rate:g} fps": Figure(float(identity["IDF1"]), more_is_better=True),
        f"corridor, identity switches at {rate:g} fps": Figure(float(clear["IDSW"]), more_is_better=False),
    }


class Remembering:
    """A detector that looks at each picture once, so that several runs cost one."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._found: dict[int, Detections] = {}

    def detect(self, picture: Picture) -> Detections:
        """Return the people."""
        key = hash(picture.tobytes())
        if key not in self._found:
            self._found[key] = self._detector.detect(picture)
        return self._found[key]


def _numbered(people: Detections, numbers: dict[str, int]) -> NDArray[np.int64]:
    return np.array([numbers.setdefault(name, len(numbers)) for name in people.track_ids or ()], dtype=np.int64)


def _one_by_one(data: Path, card: ModelCard) -> Figures:
    """Six people come one after another; when each is seen is known."""
    with (data / "truth" / "one-by-one-visits.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    truth = [(int(row["first_frame"]) * 100, (int(row["last_frame"]) + 1) * 100) for row in rows]
    visits = _visits(data, ONE_BY_ONE, "one-by-one.toml", card, "hall", rate=5.0)
    found = [(visit.entered_ms - START_MS, visit.left_ms - START_MS) for visit in visits]
    errors = [abs(_longest(found, span) - (span[1] - span[0])) / 1_000 for span in truth]
    return {
        "one by one, visits too many or few": Figure(abs(len(visits) - len(truth)), more_is_better=False),
        "one by one, mean dwell error s": Figure(mean(errors), more_is_better=False),
    }


def _longest(found: list[tuple[int, int]], span: tuple[int, int]) -> int:
    """Return the length of the visit that shares the most time with a true one; 0 where none does."""
    shared = [(min(end, span[1]) - max(begin, span[0]), end - begin) for begin, end in found]
    best = max(shared, default=(0, 0))
    return best[1] if best[0] > 0 else 0


def _occluded(data: Path, card: ModelCard) -> Figures:
    """Six people, each hidden for three seconds of every ten: how many people are left once merges are followed."""
    store = _store("one-by-one.toml")
    rate = 5.0
    boots = Boots(lambda: "b", store.time_zone)
    told: list[Event] = []
    camera_id = store.cameras[0].camera_id
    analyst = camera_analyst(
        store,
        camera_id,
        model_card=card,
        models_directory=data / "models",
        frames_per_second=rate,
        boots=boots,
        finder=(hiding := Hiding(Detector(card, data / "models"))),
    )
    floor = StoreFloor(store, boots, told.extend, camera_ids=[camera_id], patience_ms=0)
    for frame in VideoFile(data / "videos" / ONE_BY_ONE, start_ms=START_MS, frames_per_second=rate):
        hiding.at_ms = frame.event_time_ms - START_MS
        floor.take(analyst.look(frame))
    floor.close()
    return {"occluded, people too many or few": Figure(abs(_people(told) - 6), more_is_better=False)}


class Hiding:
    """A detector before which people are hidden from time to time."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.at_ms = 0

    def detect(self, picture: Picture) -> Detections:
        """Return the people, or nobody."""
        found = self._detector.detect(picture)
        is_hidden = self.at_ms % HIDDEN_EVERY_MS < HIDDEN_MS
        return found.take(np.zeros(len(found), dtype=np.bool_)) if is_hidden else found


def _people(events: list[Event]) -> int:
    """Return how many people the visits are of, tracks that were merged being one."""
    goes_on = {e.payload.from_track_id: e.payload.to_track_id for e in events if isinstance(e.payload, TrackMerge)}

    def last(track_id: str) -> str:
        while track_id in goes_on:
            track_id = goes_on[track_id]
        return track_id

    return len({last(e.payload.track_id) for e in events if isinstance(e.payload, Visit)})


def _aisle(data: Path, card: ModelCard) -> Figures:
    """Three people in an aisle to the end."""
    visits = _visits(data, AISLE, "tableware-aisle.toml", card, "right-aisle", rate=None)
    return {"aisle, visits too many or few": Figure(abs(len(visits) - 3), more_is_better=False)}


def _visits(
    data: Path, clip: str, store_file: str, card: ModelCard, zone_id: str, *, rate: float | None
) -> list[Visit]:
    store = _store(store_file)
    store = replace(store, settings=replace(store.settings, frames_per_second=rate))
    summary = run_video(
        video=data / "videos" / clip,
        store=store,
        model_card=card,
        models_directory=data / "models",
        start_ms=START_MS,
        on_events=lambda _events: None,
    )
    return [visit for visit in summary.visits if visit.zone_id == zone_id]


def _store(name: str) -> StoreFile:
    return load_store(ROOT / "edge" / "stores" / name)


def _table(now: Figures, before: Figures) -> Table:
    shown = Table(title="The edge beside the truth")
    for heading in ("figure", "measured", "baseline"):
        shown.add_column(heading, justify="left" if heading == "figure" else "right")
    for name, each in now.items():
        was = f"{before[name].value:.3f}" if name in before else ""
        shown.add_row(name, f"{each.value:.3f}", was)
    return shown


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.edge_accuracy", description=__doc__)
    data = Path(os.environ.get("STORE_TRAFFIC_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data, help="folder of models, videos, truth [$STORE_TRAFFIC_DATA]")
    parser.add_argument("--accept", action="store_true", help="take these figures as the baseline, if none is worse")
    parser.add_argument("--accept-worse", action="store_true", help="even if some are: say why in the commit")
    return parser


if __name__ == "__main__":
    sys.exit(main())
