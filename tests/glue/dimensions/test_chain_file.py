"""A chain's file: what it says, and what is wrong with it."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from glue.dimensions.chain_file import read_chain, shipped_peaks
from glue.dimensions.problems import DimensionError
from glue.dimensions.stores import store_rows, zone_rows
from tests.glue.dimensions.conftest import STORE, WEEK, ReadChain

EXAMPLE = Path(str(files("glue.dimensions") / "example-chain.toml"))
SUPERMARKET = Path(__file__).parents[3] / "sim" / "scenarios" / "supermarket.toml"
ZONE = 'zones = [{zone_id = "q", zone_kind = "other", name = "Q", camera_id = "cam"'
PEAK = '[[peaks]]\npeak_name = "sale"\nanchor = "07-01"\nfirst_day = 0\nlast_day = 6\n'


def _problems(chain_of: ReadChain, text: str) -> list[str]:
    with pytest.raises(DimensionError) as caught:
        chain_of(text)
    return list(caught.value.problems)


def test_example_fits_the_simulated_supermarket() -> None:
    """Rule: the example's first store has the zones and lanes of the store that the demo simulates."""
    store = read_chain(EXAMPLE).stores[0]
    simulated = tomllib.loads(SUPERMARKET.read_text(encoding="utf-8"))
    zones = {(zone["zone_id"], zone["zone_kind"], zone.get("lane_id")) for zone in simulated["zones"]}
    assert {(zone.zone_id, zone.zone_kind, zone.lane_id) for zone in store.zones} == zones
    assert {lane.lane_id for lane in store.lanes} == {lane["lane_id"] for lane in simulated["lanes"]}
    assert store.time_zone == simulated["store"]["time_zone"]
    assert store.store_id == "store-001"


def test_defaults_hold_where_a_store_says_nothing() -> None:
    """Rule: a store's own setting takes the place of the default as a whole."""
    first, second, third = read_chain(EXAMPLE).stores
    assert first.location_kind == "retail_park"
    assert second.location_kind == "high_street"
    assert "sunday" not in first.opening_hours
    assert third.opening_hours["sunday"].opens == "08:00"


def test_place_on_the_map_and_in_the_picture(chain_of: ReadChain) -> None:
    """Rule: degrees and outlines reach the rows as they are written; without them there is none."""
    placed = f"{STORE}latitude = 51.5\nlongitude = -0.12\n{ZONE}, outline = [[0, 0], [1, 0.25], [0.5, 1]]}}]\n{WEEK}"
    (store,), (zone,) = store_rows(chain_of(placed)).to_pylist(), zone_rows(chain_of(placed)).to_pylist()
    assert (store["latitude"], store["longitude"], zone["camera_id"]) == (51.5, -0.12, "cam")
    assert zone["outline"] == [{"x": 0, "y": 0}, {"x": 1, "y": 0.25}, {"x": 0.5, "y": 1}]
    plain = chain_of(f"{STORE}{ZONE}}}]\n{WEEK}")
    (store,), (zone,) = store_rows(plain).to_pylist(), zone_rows(plain).to_pylist()
    assert (store["latitude"], store["longitude"], zone["outline"]) == (None, None, [])


def test_all_problems_of_a_file_are_told_at_once(chain_of: ReadChain) -> None:
    """Rule: wrong values, unknown settings and contradictions of all tables come in one message, with their places."""
    text = f"""
colour = "red"
{STORE.replace("Europe/Berlin", "Berlin").replace("DE", "Germany")}
{WEEK.replace("08:00-21:00", "8 to 9")}
{STORE.replace("store-001", "store-002").replace("NW", "Bavaria")}
closed_on_holidays = ["Xmas"]
closed_on = 2020-01-01
opened_on = 2021-01-01
size = 5
{WEEK}
[[exceptional_days]]
dates = []
[[peaks]]
peak_name = "sale"
anchor = "30-02"
first_day = 5
last_day = 0
"""
    told = "\n".join(_problems(chain_of, text))
    for expected in (
        "colour: expected one of defaults, stores",
        "stores.store-001.time_zone: expected a time zone as IANA names it, came 'Berlin'; such as Europe/Berlin",
        "stores.store-001.country: expected a country as ISO 3166-1 alpha-2, came 'Germany'; such as DE",
        "stores.store-001.opening_hours.friday: expected hours of one day in order, came '8 to 9'",
        "stores.store-002.size: expected no such setting, came 5",
        "exceptional_days.1.dates: expected at least one, came none; add one",
        "peaks.sale.last_day: expected a day from first_day on, came 5 to 0; swap them",
        "peaks.sale.anchor: expected a date such as 12-24",
    ):
        assert expected in told


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('subdivision = "Bavaria"', "subdivision: expected a subdivision of DE, came 'Bavaria'; one of BB"),
        ('closed_on_holidays = ["Xmas"]', "closed_on_holidays: expected names of public holidays there, came 'Xmas'"),
        (
            "opened_on = 2021-01-01\nclosed_on = 2020-01-01",
            "closed_on: expected a day after opened_on, came 2021-01-01",
        ),
        (
            'lanes = [{lane_id = "a", name = "A", position = 0}]',
            "lanes.0.position: expected greater than or equal to 1",
        ),
        ("sales_area_m2 = -3", "sales_area_m2: expected greater than 0, came -3"),
        (
            'lanes = [{lane_id = "a", name = "A", position = 1}, {lane_id = "a", name = "B", position = 2}]',
            "lanes: expected each lane_id once, came 'a' 2 times; rename or remove one",
        ),
        (
            'lanes = [{lane_id = "a", name = "A", position = 1}, {lane_id = "b", name = "B", position = 1}]',
            "lanes: expected each position once, came 1 2 times",
        ),
        (
            'zones=[{zone_id = "q", zone_kind = "queue", name = "Q", lane_id = "a"}]',
            "zones.q.lane_id: expected a lane of the store, came 'a'; one of none",
        ),
        (
            'zones=[{zone_id="q", zone_kind="other", name="Q"}, {zone_id="q", zone_kind="other", name="R"}]',
            "zones: expected each zone_id once, came 'q' 2 times",
        ),
        ('zones=[{zone_id = "q", zone_kind = "toilet", name = "Q"}]', "zones.0.zone_kind: expected 'aisle', 'queue'"),
        ("latitude = 91.0\nlongitude = 7.0", "latitude: expected less than or equal to 90, came 91.0; correct it"),
        ("latitude = 51.0\nlongitude = -181", "longitude: expected greater than or equal to -180, came -181"),
        ("longitude = 7.0", "latitude and longitude: expected both or none, came longitude alone"),
        (f"{ZONE}, outline = [[0.1, 0.1], [0.9, 0.1]]}}]", "zones.0.outline: expected at least 3"),
        (
            f"{ZONE}, outline = [[0.1, 0.1], [0.9, 0.1], [0.5, 1.5]]}}]",
            "zones.0.outline.2.1: expected less than or equal",
        ),
        (
            f"{ZONE.replace('camera_id', 'department')}, outline = [[0, 0], [1, 0], [1, 1]]}}]",
            "zones.q.outline: expected a camera_id beside it, came none; add the camera's",
        ),
        ("zones = 4", "zones: expected a list, came 4; correct it"),
        (
            'staff = [{weekdays = ["mon"], hours = "08:00-12:00", people = 1}]',
            "staff.0.weekdays.0: expected 'monday', 'tuesday'",
        ),
    ],
)
def test_bad_store_is_told_with_its_cure(chain_of: ReadChain, more: str, says: str) -> None:
    """Rule: each contradiction of a store's settings is one problem with its place."""
    store = STORE.replace('subdivision = "NW"\n', "") if more.startswith("subdivision") else STORE
    (problem,) = _problems(chain_of, f"{store}{more}\n{WEEK}")
    assert problem.startswith(f"stores.store-001.{says}")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (f"{STORE}{WEEK}", "stores: expected each store_id once, came 'store-001' 2 times; rename or remove one"),
        (
            '[[exceptional_days]]\nstores = ["shop-*"]\ndates = [2026-12-24]',
            "exceptional_days.1.stores: expected what fits one of the chain's, such as store-001, came 'shop-*'",
        ),
        (
            "[[exceptional_days]]\ndates = [2026-12-24]\n[[exceptional_days]]\ndates = [2026-12-24]",
            "exceptional_days: expected 2026-12-24 once for store-001, came 2 times; keep one of them",
        ),
        (f"{PEAK}{PEAK}", "peaks: expected each peak_name once, came 'sale' 2 times"),
        (f'{PEAK}regions = ["north"]', "peaks.sale.regions: expected what fits one of the chain's, such as west"),
        (f'{PEAK}countries = ["F*"]', "peaks.sale.countries: expected what fits one of the chain's, such as DE"),
        (f'{PEAK}not_controls = ["x"]', "peaks.sale.not_controls: expected what fits one of the chain's"),
        (PEAK.replace("07-01", "DE: Xmas"), "peaks.sale.anchor: expected a date such as 12-24, or a public holiday"),
        (PEAK.replace("07-01", "XX: Xmas"), "peaks.sale.anchor: expected a date"),
        (PEAK.replace("07-01", "DE-XX: Christmas Day"), "peaks.sale.anchor: expected a date"),
        (PEAK.replace("07-01", "summer"), "peaks.sale.anchor: expected a date"),
    ],
)
def test_bad_chain_is_told_with_its_cure(chain_of: ReadChain, more: str, says: str) -> None:
    """Rule: what contradicts between tables, or fits no store, is most likely misspelt."""
    (problem,) = _problems(chain_of, f"{STORE}{WEEK}{more}")
    assert problem.startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "stores: expected at least one store, came none"),
        ("stores = 3", "stores: expected tables, came 3; write each as [[stores]]"),
        ("defaults = 3", "defaults: expected a table, came 3; write [defaults]"),
        ("stores = [", "expected TOML in UTF-8, came: "),
        ('default_peaks = ["diwali"]', "default_peaks: expected a list of names among valentine, easter"),
        ("default_peaks = true", "default_peaks: expected a list of names among valentine, easter"),
    ],
)
def test_file_of_another_shape_is_told_with_its_cure(chain_of: ReadChain, text: str, says: str) -> None:
    """Rule: a file whose tables are none is refused in the same way."""
    assert any(problem.startswith(says) for problem in _problems(chain_of, text))


def test_mistake_in_the_defaults_is_one_problem(chain_of: ReadChain) -> None:
    """Rule: however many stores have a default, its mistake is told once, where it is."""
    store = STORE.replace('time_zone = "Europe/Berlin"\n', "")
    text = f'[defaults]\ntime_zone = "Berlin"\n{store}{WEEK}{store.replace("001", "002")}{WEEK}'
    (problem,) = _problems(chain_of, text)
    assert problem.startswith("defaults.time_zone: expected a time zone")


def test_own_peak_replaces_the_shipped_one_of_its_name(chain_of: ReadChain) -> None:
    """Rule: `default_peaks` chooses among the shipped peaks; the chain's own ones come in addition or instead."""
    chosen = 'default_peaks = ["christmas", "easter"]\n'
    own = PEAK.replace('"sale"', '"christmas"')
    peaks = chain_of(f"{chosen}{STORE}{WEEK}{own}").peaks
    assert [(rule.peak_name, rule.anchor) for rule in peaks] == [
        ("easter", "DE: Easter Monday"),
        ("christmas", "07-01"),
    ]
    assert chain_of(f"{STORE}{WEEK}").peaks == shipped_peaks()


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    """Rule: a file that is not there is told by the system's own message, as for every file."""
    with pytest.raises(FileNotFoundError):
        read_chain(tmp_path / "none.toml")
