"""The demo's store as the lake knows it."""

from __future__ import annotations

import dataclasses

import pytest

from demo.chain import chain_of
from glue.dimensions.build import dimensions
from sim.scenario import load


def rows_of(name: str, scenario: str) -> list[dict[str, object]]:
    """Return one dimension table of a scenario's store."""
    loaded = load(scenario)
    year = loaded.store.business_day.year
    built = dimensions(chain_of(loaded, "store-001"), range(year, year + 1))
    return next(each.rows.to_pylist() for each in built if each.table.name == name)


@pytest.mark.parametrize("scenario", ["supermarket", "bank", "public_hall", "rush"])
def test_store_trades_in_the_simulated_hours_alone(scenario: str) -> None:
    """Rule: only the simulated day is open, from the scenario's opening on for its hours: coverage is of these."""
    store = load(scenario).store
    (day,) = [row for row in rows_of("store_day_v1", scenario) if row["is_open"]]
    assert day["business_date"] == store.business_day
    assert day["open_hours"] == store.hours


@pytest.mark.parametrize("scenario", ["supermarket", "bank"])
def test_every_zone_and_lane_is_described(scenario: str) -> None:
    """Rule: no zone or lane of the scenario is unknown to the lake."""
    loaded = load(scenario)
    assert {row["zone_id"] for row in rows_of("zone_v1", scenario)} == {zone.zone_id for zone in loaded.zones}
    assert {row["lane_id"] for row in rows_of("lane_v1", scenario)} == {lane.lane_id for lane in loaded.lanes}


def test_hours_end_at_midnight() -> None:
    """Rule: a day of the store ends at its midnight, however long the shoppers stay."""
    loaded = load("supermarket")
    late = dataclasses.replace(loaded, store=dataclasses.replace(loaded.store, hours=24.0))
    (store,) = chain_of(late, "store-001").stores
    assert [hours.closes for hours in store.opening_hours.values()] == ["24:00"]


@pytest.mark.parametrize("scenario", ["supermarket", "bank", "public_hall", "rush"])
def test_every_zone_lies_in_a_picture(scenario: str) -> None:
    """Rule: a zone's corners lie within its camera's picture, as wide and as high as on the floor."""
    loaded = load(scenario)
    plans = {zone.zone_id: zone for zone in loaded.zones}
    views = {device.device_id: device.view for device in loaded.devices}
    for row in rows_of("zone_v1", scenario):
        plan, outline = plans[str(row["zone_id"])], row["outline"]
        assert isinstance(outline, list)
        assert row["camera_id"] == plan.camera_id
        assert all(0 <= corner[axis] <= 1 for corner in outline for axis in "xy")
        view = views[plan.device_id]
        for place, axis in enumerate("xy"):
            metres = [corner[axis] * (view[place + 2] - view[place]) for corner in outline]
            floor = [point[place] for point in plan.polygon]
            assert max(metres) - min(metres) == pytest.approx(max(floor) - min(floor))


def test_the_store_is_on_the_map() -> None:
    """Rule: a map has somewhere to show the demo's store."""
    (store,) = rows_of("store_v1", "supermarket")
    assert (store["latitude"], store["longitude"]) == (52.52, 13.405)
