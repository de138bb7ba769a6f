"""The arithmetic of more stores, and the page that is rendered from it."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bench.page import fill
from bench.scale import PAGE, STEPS, _places, plot, render
from bench.scale_model import LIMITS, PRICES, Kind, Measured, Plan, Wide, measured_anew, read_inputs, widened
from bench.scale_sample import live_writes, sampled
from bench.suite import FULL_LAKE

SECONDS_A_MONTH = 12 * 3600 * 365 / 12
ONE = Measured(
    name="kiosk",
    zones=10,
    kinds=(Kind("snapshot", 3600.0, 1500.0), Kind("visit", 3600.0, 500.0)),
    live_writes_per_minute=60.0,
    live_changes_per_minute=15.0,
    live_item_bytes=300,
    processor_ms_per_event=1.0,
    writer_ms_per_event=0.1,
    lake_bytes_per_day=10e6,
    event_share_of_lake=0.5,
    state_bytes=1e6,
    checkpoint_ms=1000.0,
)
WIDE = Wide(zones=60, snapshots_per_hour=720.0, snapshot_bytes=10_000.0, snapshot_processor_ms=4.0)


def test_load_is_that_of_the_fullest_hour() -> None:
    """Two events a second of 1 KB on average, times 1.3."""
    plan = Plan(ONE, 1000)
    assert plan.events_per_second == pytest.approx(2600)
    assert plan.bytes_per_second == pytest.approx(2.6e6)
    assert plan.shards == math.ceil(2.6 / 0.7)
    assert plan.cores == pytest.approx(2.6 * 1.3)
    assert plan.kpus == math.ceil(2.6 * 1.3 / 0.6)
    assert plan.live_writes_per_second == pytest.approx(1000)


def test_a_stream_for_each_application() -> None:
    """Streams have as many shards each, and parallelism is never below the shards."""
    plan = Plan(ONE, 100_000)
    assert plan.applications == math.ceil(plan.kpus / 48)
    assert plan.shards % plan.applications == 0
    assert plan.tasks == max(plan.shards, plan.kpus)


def test_a_put_unit_an_event_and_a_kib_on_demand() -> None:
    """Provisioned counts events up to 25 KB once; on demand rounds each of them up: 2 KiB and 1 KiB."""
    plan = Plan(ONE, 1000)
    shards = plan.shards * PRICES.shard_hour * 730
    assert plan.costs["Kinesis"] == pytest.approx(shards + 2000 * SECONDS_A_MONTH * PRICES.put_unit)
    by_size = 1000 * SECONDS_A_MONTH * (3 * 1024 * PRICES.on_demand_gb_in + 2000 * PRICES.on_demand_gb_out) / 1e9
    assert plan.kinesis_on_demand == pytest.approx(by_size + PRICES.on_demand_stream_hour * 730)


def test_an_item_costs_a_write_unit_a_kib() -> None:
    """One item a second and store while open; the same for five times the size, five times as dear."""
    once = 1000 * SECONDS_A_MONTH * PRICES.write_unit
    assert Plan(ONE, 1000).costs["DynamoDB"] == pytest.approx(once)
    assert Plan(replace(ONE, live_item_bytes=5000), 1000).costs["DynamoDB"] == pytest.approx(5 * once)
    assert Plan(ONE, 1000).dynamodb(ONE.live_changes_per_minute) == pytest.approx(once / 4)


def test_more_stores_take_no_less() -> None:
    """Nothing shrinks, and the cost of all grows."""
    plans = [Plan(read_inputs().store, stores) for stores in STEPS]
    for name in ("shards", "kpus", "applications", "files_per_day", "compacted_files_per_day", "cost"):
        figures = [getattr(plan, name) for plan in plans]
        assert figures == sorted(figures)


def test_a_limit_is_where_all_of_it_is_taken() -> None:
    """One store more needs a second shard, or more than 64 KPUs."""
    shard, kpus = (next(limit for limit in LIMITS if name in limit.name) for name in ("one shard", "KPUs"))
    assert [Plan(ONE, math.floor(shard.stores(ONE)) + more).shards for more in (0, 1)] == [1, 2]
    assert [Plan(ONE, math.floor(kpus.stores(ONE)) + more).kpus for more in (0, 1)] == [64, 65]


def test_wide_snapshots_leave_people_as_they_are() -> None:
    """Fewer and larger snapshots, six times the zones; an event takes the mean of both kinds."""
    wide = widened(ONE, WIDE)
    assert wide.kinds == (Kind("snapshot", 720.0, 10_000.0), Kind("visit", 3600.0, 500.0))
    assert wide.live_writes_per_minute == 360.0
    assert wide.processor_ms_per_event == pytest.approx((720 * 4.0 + 3600 * 1.0) / 4320)
    assert wide.writer_ms_per_event * wide.events_per_second == pytest.approx(0.1 * ONE.events_per_second)


def test_live_items_are_told_while_somebody_is_there() -> None:
    """An empty zone once in 30 windows; a count that stays is written now, and would not be by changes."""
    empty, one = (0, 0, 10_000), (1, 10_000, 10_000)
    written, changed = live_writes(
        [{"aisle": empty}, {"aisle": one}, {"aisle": one}, {"aisle": empty}, {"aisle": empty}]
    )
    assert written * 5 / 6 == pytest.approx(4 + 1 / 30)
    assert changed * 5 / 6 == pytest.approx(3 + 2 / 30)


def test_committed_rates_are_those_of_the_simulator() -> None:
    """What devices send whether people come or not is the same in a few minutes as in two hours."""
    told = sampled(hours=0.05)
    for kind in read_inputs().store.kinds[:2]:
        assert f'name = "{kind.name}", per_hour = {kind.per_hour:.1f}' in told


def test_a_report_replaces_what_it_has_a_result_for() -> None:
    """Processor time is that of the warm half; what failed stays as committed, and provisional."""
    inputs = replace(read_inputs(), provisional=frozenset({"processor_ms_per_event", "snapshot_processor_ms"}))
    result = {
        "name": "full job, 100 stores, all sinks",
        "failure": None,
        "records": 100,
        "cpu_seconds": 9.0,
        "warm_records": 50,
        "warm_cpu_seconds": 1.0,
        "details": {"state_bytes_max": 5e6, "checkpoint_ms_max": 700},
    }
    failed = {"name": FULL_LAKE.name, "failure": "it broke"}
    anew = measured_anew(inputs, {"machine": "9 cores", "measurements": [result, failed]})
    assert anew.store.processor_ms_per_event == 20.0
    assert anew.store.state_bytes == 50_000
    assert (anew.wide, anew.machine) == (inputs.wide, "9 cores")
    assert anew.provisional == {"snapshot_processor_ms"}


def test_provisional_names_inputs() -> None:
    """A figure that is not there cannot be marked."""
    known = {field.name for kind in (Measured, Wide) for field in fields(kind)}
    assert read_inputs().provisional <= known


def test_the_page_is_fresh() -> None:
    """The tables of docs/scale.md are those of the model: `python -m bench.scale --write` mends it."""
    page = PAGE.read_text()
    assert fill(page, render(read_inputs())) == page


def test_a_table_without_a_place_is_told() -> None:
    """A table is never left out silently, and the text around it stays."""
    assert fill("a\n<!-- x -->\nold\n<!-- /x -->\nb", {"x": "new"}) == "a\n<!-- x -->\nnew\n<!-- /x -->\nb"
    with pytest.raises(ValueError, match="place for the table y"):
        fill("nothing", {"y": "new"})


def test_names_of_thin_bands_stay_apart() -> None:
    """In the middle of a band where there is room, else above the name below."""
    assert _places([4.0, 0.1, 0.1], 1.0) == pytest.approx([2.0, 4.05, 5.05])


def test_the_plot_names_every_part(tmp_path: Path) -> None:
    """No legend is needed."""
    plot(tmp_path / "cost.svg", read_inputs())
    text = (tmp_path / "cost.svg").read_text()
    assert all(f"{part} " in text for part in Plan(ONE, 100).costs)
