"""Scenarios are checked before anything runs, and every problem is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from sim.margins import NotClearError
from sim.run import plan
from sim.scenario import Scenario, load, names
from sim.settings import SettingsError, read
from sim.world import NoWayError


@pytest.fixture
def table() -> dict[str, Any]:
    """Return the default scenario as TOML gives it."""
    text = files("sim.scenarios").joinpath("supermarket.toml").read_text(encoding="utf-8")
    return {"name": "supermarket", **tomllib.loads(text)}


@pytest.fixture
def default() -> Scenario:
    """Return the default scenario."""
    return load("supermarket")


@pytest.mark.parametrize("name", names())
def test_shipped_scenarios_load(name: str) -> None:
    """Every scenario that ships is valid."""
    assert load(name).name == name


def test_opening_is_local_time(default: Scenario) -> None:
    """08:00 in Berlin on 21 September 2026, summer time, is 06:00 UTC."""
    assert default.opening_ms == 1_789_970_400_000


def test_unknown_scenario_names_the_known(tmp_path: Path) -> None:
    """A name that is neither a scenario nor a file is refused with the list of scenarios."""
    with pytest.raises(SettingsError, match="expected one of bank, public_hall, rush, supermarket or the path"):
        load(str(tmp_path / "nowhere.toml"))


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    """A text that is not TOML is refused with the line at which it breaks."""
    path = tmp_path / "broken.toml"
    path.write_text('title = "x"\n[store\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="line 2"):
        load(str(path))


def test_a_problem_names_its_line(tmp_path: Path) -> None:
    """What is wrong, missing or contradictory is told with the line of the setting, or of the table around it."""
    text = files("sim.scenarios").joinpath("supermarket.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    wrong = lines.index("sigma = 0.25")
    queue = lines.index('zone_id = "queue-1"')
    lines[wrong] = "sigma = 25"
    missing = lines.index("[arrivals] # straight lines between these, local time")
    del lines[missing + 2]
    path = tmp_path / "broken.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(str(path))
    assert f"line {wrong}, checkout.sigma: expected at most 2, came 25.0; lower it" in refused.value.problems
    assert f"line {missing + 1}, arrivals.per_hour: expected a list, came nothing; add the setting" in (
        refused.value.problems
    )
    path.write_text(text.replace('zone_id = "queue-1"', 'zone_id = "queue-2"'), encoding="utf-8")
    with pytest.raises(SettingsError, match="zones: expected different ids, came 'queue-2' 2 times"):
        load(str(path))
    path.write_text(text.replace("[[15.3, 6], [16.7, 6]", "[[16.7, 6], [15.3, 6]", 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=f"line {queue + 6}, zones.queue-1.polygon: expected a convex polygon"):
        load(str(path))


def test_every_problem_is_listed_at_once(table: dict[str, Any]) -> None:
    """Missing, unknown, mistyped and out-of-range settings are told together, with place and cure."""
    del table["store"]["time_zone"]
    table["store"]["colour"] = "blue"
    table["store"]["hours"] = "two"
    table["shoppers"]["browse_only_share"] = 1.5
    table["zones"][0]["zone_kind"] = "isle"
    table["zones"][1]["polygon"] = [[0, 0, 0]]
    table["lanes"] = "none"
    with pytest.raises(SettingsError) as refused:
        read(Scenario, table, source="test")
    text = "\n".join(refused.value.problems)
    assert len(refused.value.problems) == 7
    assert "store.time_zone: expected text, came nothing; add the setting" in text
    assert "store.colour: expected one of name, time_zone" in text
    assert "store.hours: expected a number, came 'two'; correct it" in text
    assert "shoppers.browse_only_share: expected at most 1, came 1.5; lower it" in text
    assert "zones.aisle-1.zone_kind: expected one of 'aisle', 'queue'" in text
    assert "zones.aisle-2.polygon.0: expected a list of 2, came [0, 0, 0]; correct it" in text
    assert "lanes: expected a list, came 'none'; correct it" in text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"store.time_zone": "Mars/Olympus"}, "store.time_zone: expected an IANA name"),
        ({"zones.1.zone_id": "aisle-1"}, "zones: expected different ids, came 'aisle-1' 2 times"),
        (
            {"zones.0.polygon": [[0, 20], [4, 24], [8, 20], [4, 28]]},
            "zones.aisle-1.polygon: expected a convex polygon",
        ),
        (
            {"zones.0.device_id": "roof"},
            "zones.aisle-1.device_id: expected one of aisles, front, came 'roof'",
        ),
        ({"zones.0.lane_id": "lane-1"}, "zones.aisle-1.lane_id: expected none for kind 'aisle'"),
        ({"zones.10.lane_id": "lane-9"}, "zones.queue-1.lane_id: expected one of lane-1"),
        ({"zones.10.lane_id": "lane-2"}, "lanes.lane-1: expected one queue zone, came 0"),
        ({"lanes.0.head": [0.0, 0.0]}, "lanes.lane-1: expected ((0.0, 0.0), (16.0, 15.2)) inside queue-1"),
        ({"lanes.0.entry": "nowhere"}, "lanes.lane-1: expected one of street-in"),
        ({"lines.0.inside": [5.0, 0.0]}, "lines.doors: expected `inside` beside the line"),
        ({"devices.0.view": [0, 0, 9, 9]}, "zones.aisle-1: expected inside the view"),
        ({"lines.0.end": [40.0, 0.0]}, "lines.doors: expected inside the view"),
        ({"areas.0.doors": {}}, "areas.aisle-1.doors: expected at least one door"),
        ({"areas.0.doors": {"front-1": 0}}, "areas.aisle-1.doors.front-1: expected at least 0.001"),
        ({"shoppers.decide_at": []}, "shoppers.decide_at: expected at least one point"),
        ({"arrivals.per_hour": [1.0]}, "arrivals: expected as many times as rates"),
        (
            {"store.opening_hours": {"moonday": [dt.time(8), dt.time(20)]}},
            "store.opening_hours.moonday: expected one of monday",
        ),
        (
            {"store.opening_hours": {"monday": [dt.time(20), dt.time(8)]}},
            "store.opening_hours.monday: expected [opening, closing], came [20:00:00, 08:00:00]; swap them",
        ),
        (
            {
                "seasons": [
                    {"name": "x", "first_day": dt.date(2026, 2, 1), "last_day": dt.date(2026, 1, 1), "factor": 1}
                ]
            },
            "seasons.0: expected first_day on or before last_day",
        ),
        ({"parties": {"share": 0.1, "weights": [1.0]}}, "parties: expected a weight for each size"),
        ({"areas": []}, "staff.restockers: expected none, as there are no areas to walk, came 3"),
        ({"shoppers.walking_m_per_s": [1.4, 1.0]}, "shoppers.walking_m_per_s: expected [slowest, fastest]"),
    ],
)
def test_settings_that_cannot_work_are_named(
    table: dict[str, Any], tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    """Settings that contradict each other are refused with their place, what was expected and what came."""
    path = tmp_path / "changed.toml"
    for place, value in change.items():
        _set(table, place.split("."), value)
    path.write_text(_toml(table), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(str(path))
    assert problem in str(refused.value)


def test_points_without_a_way_are_named(default: Scenario) -> None:
    """A walkway point that no chain links to the rest is found when somebody has to go there."""
    chains = tuple(chain for chain in default.walkways.chains if "street-out" not in chain)
    walkways = dataclasses.replace(default.walkways, chains=chains)
    with pytest.raises(NoWayError, match=r"expected a way from '.*' to 'street-out', came none"):
        plan(dataclasses.replace(default, walkways=walkways), hours=0.2)


def test_floor_that_cannot_keep_clear_is_named(default: Scenario) -> None:
    """A zone that everybody needs 5 s to walk through is refused with the cure: no exact counts there."""
    shoppers = dataclasses.replace(default.shoppers, walking_m_per_s=(1.2, 1.2))
    zones = tuple(
        dataclasses.replace(zone, polygon=((1.5, 6.5), (8.0, 6.5), (8.0, 12.5), (1.5, 12.5)))
        if zone.zone_id == "produce"
        else zone
        for zone in default.zones
    )
    with pytest.raises(NotClearError, match="give zones on the way other sizes"):
        plan(dataclasses.replace(default, zones=zones, shoppers=shoppers), hours=0.2)


def _set(table: Any, place: list[str], value: Any) -> None:
    for name in place[:-1]:
        table = table[int(name)] if isinstance(table, list) else table[name]
    table[place[-1]] = value


def _toml(table: dict[str, Any]) -> str:
    """Return a table as TOML with inline tables, as far as scenarios need it."""
    return "\n".join(f"{name} = {_value(value)}" for name, value in table.items() if name != "name")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_value(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
