"""The bill adds up, a choice changes only what it names, and the page is that of the model."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bench.page import fill
from bench.scale_model import PRICES, Kind, Plan, read_inputs
from contracts.tables import TABLES
from cost.__main__ import PAGE, main
from cost.levers import ALTERNATIVES, ASSUMED, Alternative, LeverError, Levers
from cost.load import NIGHT_TABLES, Load, store_of
from cost.measured import read_amounts
from cost.prices import Price, PriceError, Prices, read_prices
from cost.report import GOAL_USD, Model, lever_names, tables
from cost.services import CHECKS, DIRECT_DATA_SETS, Line, by_service, total
from glue.views import load_checks
from infra.alarms import alarms
from infra.buckets import CLIP_DAYS
from infra.settings import load_settings
from quicksight.dashboards import data_sets
from quicksight.model.data_sets import DIRECT, DataSet

ROOT = Path(__file__).resolve().parents[2]
MODEL = Model(read_inputs(), read_amounts(), read_prices())
DAYS = 365 / 12
HOURS = 24 * DAYS


def services_of(levers: Levers) -> dict[str, float]:
    """Return USD a month by service."""
    return by_service(MODEL.lines(levers), MODEL.prices)


def line_of(levers: Levers, service: str, item: str) -> Line:
    """Return one line of the bill."""
    return next(line for line in MODEL.lines(levers) if (line.service, line.item) == (service, item))


def test_services_add_up_to_the_total() -> None:
    """No line is counted twice or left out."""
    lines = MODEL.lines(Levers())
    assert sum(by_service(lines, MODEL.prices).values()) == pytest.approx(total(lines, MODEL.prices))
    assert len({(line.service, line.item) for line in lines}) == len(lines)


def test_the_goal_is_met_by_the_committed_choices() -> None:
    """At 50 stores of 20 cameras a store costs at most 10 USD a month."""
    assert MODEL.a_store(Levers()) <= GOAL_USD


@pytest.mark.parametrize("alternative", ALTERNATIVES, ids=lambda each: each.name)
def test_a_choice_changes_only_what_it_names(alternative: Alternative) -> None:
    """The services that an alternative names change, and all others stay to the cent."""
    now, then = services_of(Levers()), services_of(alternative.of(Levers()))
    changed = {name for name in now if not math.isclose(now[name], then[name], abs_tol=1e-6)}
    assert changed == alternative.services


@pytest.mark.parametrize("name", ["stores", "cameras", "opening_hours"])
def test_more_of_it_costs_more(name: str) -> None:
    """Twice the stores, cameras or opening hours never cost less, in any service."""
    now, then = services_of(Levers()), services_of(replace(Levers(), **{name: 2 * getattr(Levers(), name)}))
    assert all(then[service] >= now[service] - 1e-9 for service in now)
    assert sum(then.values()) > sum(now.values())


def test_a_store_costs_less_among_many() -> None:
    """What is fixed is shared."""
    each = [MODEL.a_store(Levers(stores=stores)) for stores in (1, 10, 50, 200, 1_000)]
    assert each == sorted(each, reverse=True)


def test_the_job_reckoned_by_hand() -> None:
    """Two KPUs and the one that coordinates at 0.11 USD, 730 hours, and 100 GB at 0.10."""
    assert services_of(Levers())["Managed Flink"] == pytest.approx(3 * 0.11 * 730 + 100 * 0.10, abs=0.01)


def test_kinesis_reckoned_by_hand() -> None:
    """One shard at 0.015 and its retention at 0.02 for 730 h; a PUT unit an event: of people for 12 hours a day."""
    always, with_people = 1440 + 20 * 60, (323.8 + 1558.2) * 20 / 14
    by_hand = 730 * 0.035 + 50 * (24 * always + 12 * with_people) * DAYS * 0.014e-6
    assert services_of(Levers())["Kinesis"] == pytest.approx(by_hand)


def test_text_messages_reckoned_by_hand() -> None:
    """Half a message a store and day: 760 a month at 0.0088, and a number at 2."""
    text = line_of(Levers(), "Messages", "text messages")
    assert text.usd(MODEL.prices) + 2 == pytest.approx(50 * 0.5 * DAYS * 0.0088 + 2)


def test_the_live_table_by_opening_hours_reckoned_by_hand() -> None:
    """Of 50 stores with 111.4 items a minute: the fullest hour, used to 70 %, for 12 hours a day."""
    line = line_of(Levers(live_capacity="provisioned"), "DynamoDB", "live items")
    units = 50 * 78.0 * 20 / 14 / 60 * 1.3 / 0.7
    assert line.quantity == pytest.approx(units * 12 * DAYS)


def test_the_bench_of_scale_has_the_same_truth() -> None:
    """For the store that was measured, the parts that bench.scale tells cost the same here."""
    levers = Levers(stores=100, cameras=14, cameras_per_device=7, stream_retention_hours=24, runs_at_night=False)
    plan = Plan(MODEL.inputs.store, 100)
    costs, services = plan.costs, services_of(levers)
    assert line_of(levers, "DynamoDB", "live items").usd(MODEL.prices) == pytest.approx(costs["DynamoDB"])
    assert services["Managed Flink"] == pytest.approx(costs["Flink"], abs=0.01)
    assert services["Kinesis"] == pytest.approx(costs["Kinesis"])
    assert services_of(replace(levers, stream_mode="on_demand"))["Kinesis"] == pytest.approx(plan.kinesis_on_demand)
    commits = line_of(levers, "S3 requests", "commits to the lake").usd(MODEL.prices)
    catalog = line_of(levers, "Glue", "catalog").usd(MODEL.prices)
    assert commits + catalog == pytest.approx(costs["requests"])


def test_the_measured_store_is_itself() -> None:
    """As many cameras and devices as were simulated give the store that was measured."""
    same = store_of(MODEL.inputs, Levers(cameras=14, cameras_per_device=7))
    measured = MODEL.inputs.store
    assert same.events_per_second == pytest.approx(measured.events_per_second, rel=1e-3)
    assert same.lake_bytes_per_day == pytest.approx(measured.lake_bytes_per_day, rel=1e-3)
    assert same.zones == measured.zones


def test_snapshots_grow_with_the_zones_of_their_device() -> None:
    """Nine zones a device make the small size that was measured, 60 the large one."""
    inputs = MODEL.inputs
    wide = replace(inputs, store=replace(inputs.store, zones=18))
    large = store_of(wide, Levers(cameras=14 * 60 // 18 + 1, cameras_per_device=100))
    snapshot = next(kind for kind in large.kinds if kind.name == "snapshot")
    assert isinstance(snapshot, Kind)
    assert snapshot.size_bytes == pytest.approx(inputs.wide.snapshot_bytes, rel=0.02)


def test_an_empty_store_is_written_once_in_five_minutes() -> None:
    """At night each of 26 zones takes 12 writes an hour, and commits go to the tables that have rows."""
    by_day, always = (Load(Levers(runs_at_night=each), MODEL.inputs, MODEL.amounts) for each in (False, True))
    assert always.live_units - by_day.live_units == pytest.approx(50 * 26 * 12 * 12 * DAYS)
    assert always.commits - by_day.commits == pytest.approx(12 * 60 * DAYS * len(NIGHT_TABLES))
    assert set(NIGHT_TABLES) <= TABLES.keys()


def test_a_large_chain_gets_the_shards_and_kpus_that_it_needs() -> None:
    """What was chosen is the least; the load of 20,000 stores takes more."""
    load = Load(Levers(stores=20_000), MODEL.inputs, MODEL.amounts)
    assert load.shards > 1
    assert load.kpus > 2


def test_choices_that_make_no_sense_are_told_at_once() -> None:
    """Each with what was expected, what came and the cure."""
    with pytest.raises(LeverError) as error:
        Levers(stores=0, opening_hours=25, stream_retention_hours=1)
    told = str(error.value)
    assert "stores: expected more than 0, came 0; raise it" in told
    assert "opening_hours: expected at most 24, came 25; lower it" in told
    assert "stream_retention_hours: expected at least 24, came 1; raise it" in told


def test_the_choices_are_those_of_the_production_stage() -> None:
    """What a bill is reckoned for is what infra/stages/production.toml deploys."""
    settings = load_settings("production")
    levers = Levers()
    assert (levers.stream_mode, levers.shards) == (settings.stream.mode, settings.stream.shards)
    assert levers.stream_retention_hours == settings.stream.retention_hours
    assert levers.kpus == settings.flink.parallelism / settings.flink.parallelism_per_kpu
    assert levers.checkpoint_seconds == settings.flink.checkpoint_seconds
    assert levers.maintained_by == settings.lake.maintained_by
    assert levers.has_greengrass == settings.fleet.has_component
    assert levers.alarms == len(alarms(settings))
    assert levers.clip_days == CLIP_DAYS["weeks"]


def test_what_is_asked_each_night_is_what_there_is() -> None:
    """Data sets that are loaded, those that ask at each look, and checks: as many as the project has."""
    sets = [each for each in vars(data_sets).values() if isinstance(each, DataSet)]
    assert Levers().data_sets == sum(each.refresh != DIRECT for each in sets)
    assert sum(each.refresh == DIRECT for each in sets) == DIRECT_DATA_SETS
    assert len(load_checks()) == CHECKS


def test_measured_amounts_stand_where_they_are_from() -> None:
    """The page that an amount names has the text that it names."""
    missing = [name for name, each in MODEL.amounts.items() if each.says not in (ROOT / each.source).read_text()]
    assert missing == []


def test_every_price_is_used_and_every_assumption_is_a_choice() -> None:
    """A price that nothing costs, or a reason for nothing, is a remnant."""
    choices = (Levers(), *(each.of(Levers()) for each in ALTERNATIVES))
    used = {line.price for levers in choices for line in MODEL.lines(levers)}
    assert used == set(MODEL.prices.by_name)
    assert {name for name, _ in ASSUMED} <= set(lever_names())


def test_the_bench_reads_the_same_prices() -> None:
    """A price that is corrected in the file is corrected in docs/scale.md too."""
    assert PRICES.kpu_hour == MODEL.prices.usd("flink_kpu_hour")
    assert PRICES.put_request == MODEL.prices.usd("s3_put")


def test_a_price_without_origin_is_refused(tmp_path: Path) -> None:
    """All problems at once: a missing page, a value below zero, a copy without its date."""
    path = tmp_path / "prices.toml"
    path.write_text(
        'region = "x"\nlooked_up = 2026-01-01\n[a]\nusd = -1\nunit = "u"\nknown_by = "page"\n[b]\nusd = 1\nunit = "u"\n'
        'page = "p"\nknown_by = "hearsay"\n'
    )
    with pytest.raises(PriceError) as error:
        read_prices(path)
    told = str(error.value)
    assert "a: expected page, came none; add it" in told
    assert "a: expected USD of zero or more, came -1; correct it" in told
    assert "a: expected known_on" in told
    assert "b: expected known_by of list, page or memory, came 'hearsay'" in told


def test_a_misspelt_price_is_told() -> None:
    """With the name that was meant."""
    prices = Prices("x", read_prices().looked_up, {"kms_key": Price(1.0, "key", "p", "memory")})
    with pytest.raises(PriceError, match="did you mean kms_key"):
        prices.usd("kms_keys")


def test_every_price_has_a_page_of_aws() -> None:
    """So that it can be looked up again."""
    told = tomllib.loads((ROOT / "cost/prices.toml").read_text())
    pages = [entry["page"] for entry in told.values() if isinstance(entry, dict)]
    assert all(page.startswith("https://aws.amazon.com/") for page in pages)


def test_the_page_is_fresh() -> None:
    """The tables of docs/cost.md are those of the model: `python -m cost --write` mends it."""
    page = PAGE.read_text()
    assert fill(page, tables(MODEL, Levers())) == page


def test_the_command_takes_choices(capsys: pytest.CaptureFixture[str]) -> None:
    """`--set` makes another choice; the table says for what."""
    assert main(["--stores", "10", "--cameras", "5", "--set", "kpus=1", "--set", "stream_mode=on_demand"]) == 0
    assert "| 10 stores, 5 cameras |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("choice", "told"),
    [("kpu=1", "did you mean kpus?"), ("kpus=x", "a whole number"), ("stream_mode=x", "provisioned, on_demand")],
)
def test_a_misspelt_choice_is_told(choice: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 2 and says what was expected."""
    assert main(["--set", choice]) == 2
    assert told in capsys.readouterr().err
