"""Which faults happen, how often, where and when: frozen settings read from `sim/faults/*.toml`.

Times are seconds after the opening; a pair of seconds is [least, most], drawn evenly between. Devices, cameras and
zones are named by their id, or as `first`, `last` or `*` (each) in the order of the scenario's file, so that a file
works with any scenario.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from sim.scenario import Scenario
from sim.settings import Limits, SettingsError
from sim.toml_file import bundled_names, open_toml

_PACKAGE = "sim.faults"
Share = Annotated[float, Limits(minimum=0, maximum=1)]
Seconds = Annotated[float, Limits(minimum=0)]
SecondsRange = Annotated[tuple[float, float], Limits(minimum=0)]


@dataclass(frozen=True, slots=True)
class MissedDetections:
    """Each person at each look is unseen with the chance `share_of_looks`, independently."""

    share_of_looks: Share


@dataclass(frozen=True, slots=True)
class IdSwitches:
    """A share of everybody's stays in zones has an instant at which the track goes on under a new id.

    This is the identity switch of multiple object tracking (a true track that is given another id than before),
    counted per stay in a zone, because a stay is what the metrics stand on. The instant is drawn evenly over the stay.
    """

    share_of_stays: Share


@dataclass(frozen=True, slots=True)
class Recognition:
    """After a new id, the device recognises the person in this share of the cases, so long after: a `track_merge`.

    Who has left the device's view by then is not recognised any more.
    """

    share: Share = 0.8
    seconds: SecondsRange = (1.0, 15.0)


@dataclass(frozen=True, slots=True)
class DoubleDetections:
    """In a share of the stays, a second track walks `beside_m` beside the person for a while."""

    share_of_stays: Share
    seconds: SecondsRange = (1.0, 8.0)
    beside_m: Annotated[float, Limits(minimum=0, maximum=2)] = 0.3


@dataclass(frozen=True, slots=True)
class Occlusion:
    """People vanish behind others `per_person_minute` times; who comes back after long is a new track."""

    per_person_minute: Annotated[float, Limits(minimum=0, maximum=60)]
    seconds: SecondsRange = (0.5, 6.0)
    new_track_after_seconds: Seconds = 3.0


@dataclass(frozen=True, slots=True)
class Mannequin:
    """What the detector takes for a customer who stands in a zone all day; in its middle unless `at` (metres) says."""

    zone_id: str
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CameraDown:
    """The camera gives no pictures; health says `down`, and its zones are not watched."""

    camera_id: str
    from_seconds: Seconds
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class CameraFrozen:
    """The camera gives one picture; once the device notices, health says `frozen` and its zones are not watched."""

    camera_id: str
    from_seconds: Seconds
    seconds: Seconds
    noticed_after_seconds: Seconds = 5.0


@dataclass(frozen=True, slots=True)
class EdgeRestart:
    """The device's software dies and starts again: a new boot, numbered from 0, with new tracks.

    What was in memory is gone: open stays are never told, nor are the last seconds of snapshots. What was already told
    waits on disk and is sent.
    """

    device_id: str
    at_seconds: Seconds
    down_seconds: Seconds = 20.0


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """The device's clock is `seconds` ahead (negative: behind), or shows `date` at the opening.

    The device works by its clock: intervals are aligned to it and every time it tells is off. Where the clock jumps
    within the day (`from_seconds`, `until_seconds`) the software starts anew, as for `EdgeRestart`.
    """

    device_id: str
    seconds: float | None = None
    date: dt.date | None = None
    from_seconds: Seconds = 0.0
    until_seconds: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """A share of the events is held back by `seconds`; beyond the watermark's 10 s they come late."""

    share_of_events: Share
    seconds: SecondsRange
    device_id: str = "*"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A share of the events is sent again at once, and a share again after `after_seconds`, with the same id."""

    share_at_once: Share
    share_after: Share = 0.0
    after_seconds: SecondsRange = (60.0, 600.0)
    device_id: str = "*"


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """A share of the events is passed by others: held back up to `seconds`, and never behind the watermark for it."""

    share_of_events: Share
    seconds: SecondsRange = (0.0, 8.0)
    device_id: str = "*"


@dataclass(frozen=True, slots=True)
class Outage:
    """The device works on without a line; what it tells waits on its disk and is sent in order afterwards."""

    device_id: str
    from_seconds: Seconds
    seconds: Seconds
    drained_per_second: Annotated[float, Limits(minimum=0.1)] = 200.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything that goes wrong in a run; what is absent does not happen."""

    name: str = "none"
    title: str = ""
    missed_detections: MissedDetections | None = None
    id_switches: IdSwitches | None = None
    recognition: Recognition = Recognition()
    double_detections: DoubleDetections | None = None
    occlusion: Occlusion | None = None
    mannequins: tuple[Mannequin, ...] = ()
    camera_down: tuple[CameraDown, ...] = ()
    camera_frozen: tuple[CameraFrozen, ...] = ()
    edge_restart: tuple[EdgeRestart, ...] = ()
    clock_skew: tuple[ClockSkew, ...] = ()
    late: Late | None = None
    duplicate: Duplicate | None = None
    out_of_order: OutOfOrder | None = None
    outage: tuple[Outage, ...] = ()

    def check(self, scenario: Scenario) -> None:
        """Check that every device, camera and zone named exists.

        Raises:
            SettingsError: with each name that does not.
        """
        if problems := list(_unknown_names(self, scenario)):
            raise SettingsError(f"faults {self.name!r} in scenario {scenario.name!r}", problems)


NO_FAULTS = Faults()


def names() -> tuple[str, ...]:
    """Return the names of the fault files that ship with the simulator."""
    return bundled_names(_PACKAGE)


def load(name_or_path: str) -> Faults:
    """Load faults by their name, or from the path of a TOML file.

    Raises:
        SettingsError: there is no such file, or it cannot work; every problem is listed with its line.
    """
    file = open_toml(name_or_path, package=_PACKAGE)
    named = dataclasses.replace(file, table={"name": name_or_path, **file.table})
    faults = named.read(Faults)
    if problems := list(_problems(faults)):
        raise file.refused(problems)
    return faults


def chosen(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that a name means: itself, the `first`, the `last`, or each (`*`); none where it is unknown."""
    by_word = {"*": tuple(known), "first": tuple(known[:1]), "last": tuple(known[-1:])}
    return by_word.get(name, (name,) if name in known else ())


def camera_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the cameras in the order in which the scenario's zones and lines name them."""
    of_zones, of_lines = (zone.camera_id for zone in scenario.zones), (line.camera_id for line in scenario.lines)
    return tuple(dict.fromkeys((*of_zones, *of_lines)))


def _problems(faults: Faults) -> Iterator[str]:
    yield from _range_problems("recognition.seconds", faults.recognition.seconds)
    for name in ("double_detections", "occlusion", "late", "out_of_order"):
        if (section := getattr(faults, name)) is not None:
            yield from _range_problems(f"{name}.seconds", section.seconds)
    if faults.duplicate is not None:
        yield from _range_problems("duplicate.after_seconds", faults.duplicate.after_seconds)
    for index, skew in enumerate(faults.clock_skew):
        yield from _skew_problems(f"clock_skew.{index}", skew)


def _range_problems(where: str, seconds: tuple[float, float]) -> Iterator[str]:
    least, most = seconds
    if least > most:
        yield f"{where}: expected [least, most], came [{least}, {most}]; swap them"


def _skew_problems(where: str, skew: ClockSkew) -> Iterator[str]:
    if (skew.seconds is None) == (skew.date is None):
        came = "neither" if skew.seconds is None else "both"
        yield f"{where}: expected either `seconds` or `date`, came {came}; give one of them"
    until = skew.until_seconds
    if until is not None and until <= skew.from_seconds:
        yield f"{where}.until_seconds: expected more than from_seconds ({skew.from_seconds}), came {until}; raise it"


def _unknown_names(faults: Faults, scenario: Scenario) -> Iterator[str]:
    devices = [device.device_id for device in scenario.devices]
    zones = [zone.zone_id for zone in scenario.zones]
    for section, used in _devices_named(faults).items():
        yield from _unknown(f"{section}.device_id", used, devices)
    yield from _unknown("camera_down.camera_id", [each.camera_id for each in faults.camera_down], camera_ids(scenario))
    frozen = [each.camera_id for each in faults.camera_frozen]
    yield from _unknown("camera_frozen.camera_id", frozen, camera_ids(scenario))
    yield from _unknown("mannequins.zone_id", [each.zone_id for each in faults.mannequins], zones)


def _devices_named(faults: Faults) -> dict[str, list[str]]:
    return {
        "edge_restart": [each.device_id for each in faults.edge_restart],
        "clock_skew": [each.device_id for each in faults.clock_skew],
        "outage": [each.device_id for each in faults.outage],
        "late": [faults.late.device_id] if faults.late else [],
        "duplicate": [faults.duplicate.device_id] if faults.duplicate else [],
        "out_of_order": [faults.out_of_order.device_id] if faults.out_of_order else [],
    }


def _unknown(where: str, used: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for name in used:
        if not chosen(name, known):
            expected = f"one of {', '.join(known)}, or first, last, *"
            yield f"{where}: expected {expected}, came {name!r}; correct the name"
