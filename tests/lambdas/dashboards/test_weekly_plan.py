"""Which reports are due, what is asked of Quick Sight for each, and that no two scopes share anything."""

from __future__ import annotations

import datetime as dt
import re
from itertools import combinations
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from lambdas.dashboards.errors import ScopeNameError
from lambdas.dashboards.scopes import CHAIN, Scope
from lambdas.dashboards.settings import SettingsError
from lambdas.dashboards.weekly.audiences import AudiencesError, read_audiences
from lambdas.dashboards.weekly.reports import MessageError, Report, report_of, week_before
from lambdas.dashboards.weekly.settings import read_settings
from lambdas.dashboards.weekly.snapshots import folder_of, start_request
from lambdas.dashboards.weekly.start import due
from tests.lambdas.dashboards.weekly import AUDIENCES, SETTINGS, environment

BERLIN, PUNE, NORTH = Scope("store", "store-001"), Scope("store", "store-002"), Scope("region", "Süd West")


def due_at(instant: str) -> dict[str, str]:
    """Return scope to week of what is due at an instant."""
    reports = due(read_audiences(AUDIENCES).values(), dt.datetime.fromisoformat(instant))
    return {str(report.scope): report.week for report in reports}


def test_reports_are_due_on_monday_at_six_on_the_clock_of_the_place() -> None:
    """Berlin is an hour off in winter and two in summer; the chain asked for seven; Pune is half an hour off."""
    assert due_at("2026-11-30T05:00:00Z") == {"store:store-001": "2026-W48", "region:Süd West": "2026-W48"}
    assert due_at("2026-11-30T06:00:00Z") == {"chain": "2026-W48"}
    assert due_at("2026-07-06T04:00:00Z") == {"store:store-001": "2026-W27", "region:Süd West": "2026-W27"}
    assert due_at("2026-11-30T01:00:00Z") == {"store:store-002": "2026-W48"}
    assert due_at("2026-11-30T00:00:00Z") == {}
    assert due_at("2026-12-01T05:00:00Z") == {}


def test_each_audience_is_due_once_a_week_all_year_long() -> None:
    """Whatever clocks do: over a year of hourly events each audience has each week once, in order."""
    audiences = read_audiences(AUDIENCES).values()
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    seen: dict[Scope, list[str]] = {audience.scope: [] for audience in audiences}
    for hour in range(24 * 371):
        for report in due(audiences, first + dt.timedelta(hours=hour)):
            seen[report.scope].append(report.week)
    assert all(weeks == sorted(set(weeks)) and len(weeks) == 53 for weeks in seen.values())


def test_the_week_is_named_by_its_own_year() -> None:
    """The first Monday of 2027 tells of the 53rd week of 2026; week 1 of 2026 began in 2025."""
    assert week_before(dt.date(2027, 1, 4)) == "2026-W53"
    assert Report(scope=CHAIN, week="2026-W01").monday == dt.date(2025, 12, 29)


@pytest.mark.parametrize(
    ("scope", "tag", "controls"),
    [
        (BERLIN, ("scope", "store-001"), {"periodKind": "iso_week", "period": "2026-W48", "store": "store-001"}),
        (NORTH, ("region", "Süd West"), {"periodKind": "iso_week", "period": "2026-W48", "region": "Süd West"}),
        (CHAIN, ("scope", "*"), {"periodKind": "iso_week", "period": "2026-W48"}),
    ],
)
def test_a_snapshot_has_the_one_tag_of_its_scope(scope: Scope, tag: tuple[str, str], controls: dict[str, str]) -> None:
    """Rows are chosen by the tag; controls show what was chosen."""
    request = start_request(Report(scope=scope, week="2026-W48"), SETTINGS)
    (user,) = request["UserConfiguration"]["AnonymousUsers"]
    assert user == {"RowLevelPermissionTags": [{"Key": tag[0], "Value": tag[1]}]}
    parameters = request["SnapshotConfiguration"]["Parameters"]["StringParameters"]
    assert {each["Name"]: each["Values"] for each in parameters} == {name: [text] for name, text in controls.items()}


def test_a_request_is_one_that_quick_sight_takes() -> None:
    """By its own model, with the patterns of names; a PDF for each sheet."""
    report = Report(scope=NORTH, week="2026-W48")
    request = start_request(report, SETTINGS)
    shape = get_session().get_service_model("quicksight").operation_model("StartDashboardSnapshotJob").input_shape
    assert shape is not None
    assert not ParamValidator().validate(request, shape).has_errors()
    assert re.fullmatch(shape.members["SnapshotJobId"].metadata["pattern"], report.job_id, re.ASCII)
    files = [file for group in request["SnapshotConfiguration"]["FileGroups"] for file in group["Files"]]
    assert files == [
        {"SheetSelections": [{"SheetId": sheet, "SelectionScope": "ALL_VISUALS"}], "FormatType": "PDF"}
        for sheet in SETTINGS.sheet_ids
    ]


NAMED = st.tuples(st.sampled_from(["region", "store"]), st.text(min_size=1, max_size=8))


@given(st.sets(NAMED, min_size=2, max_size=6))
def test_no_two_scopes_share_a_tag_a_job_or_a_folder(written: set[tuple[Any, str]]) -> None:
    """Not even where one name continues another: a folder ends before the next name begins."""
    scopes = {CHAIN}
    for kind, name in written:
        try:
            scopes.add(Scope(kind, name))
        except ScopeNameError:
            continue
    reports = [Report(scope=scope, week=week) for scope in scopes for week in ("2026-W47", "2026-W48")]
    folders = [folder_of(report, SETTINGS) + "/" for report in reports]
    assert not any(one.startswith(other) or other.startswith(one) for one, other in combinations(folders, 2))
    assert len({report.job_id for report in reports}) == len(reports)
    assert len({scope.tag for scope in scopes}) == len(scopes)


def test_a_message_is_read_as_it_was_written() -> None:
    """With what was waited and tried."""
    report = Report(scope=NORTH, week="2026-W48", attempt=2, waits=3)
    assert report_of(report.to_json()) == report
    assert report_of('{"kind": "chain", "week": "2026-W48"}') == Report(scope=CHAIN, week="2026-W48")


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"kind": "store", "week": "2026-W48"}', '{"kind": "shop", "name": "a", "week": "2026-W48"}',
        '{"kind": "store", "name": "a,b", "week": "2026-W48"}', '{"kind": "store", "name": "a", "week": "2026-48"}',
        '{"kind": "chain", "week": "2026-W60"}', '{"kind": "chain", "week": "2026-W48", "attempt": 0}',
        '{"kind": "chain", "week": "2026-W48", "waits": true}',
    ],
)  # fmt: skip
def test_a_message_that_is_no_report_is_refused(text: str) -> None:
    """With what to send instead."""
    with pytest.raises(MessageError, match="expected kind, name, week"):
        report_of(text)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("x = ", "expected TOML"),
        ("people = 1", r"expected [[audiences]]"),
        ('[[audiences]]\nstore = "a"\nchain = true\ntime_zone = "UTC"', "came store, chain; give one"),
        ('[[audiences]]\nchain = false\ntime_zone = "UTC"', "expected one of store, region, chain = true"),
        ('[[audiences]]\nregion = "A,B"\ntime_zone = "UTC"', "no comma"),
        ('[[audiences]]\nstore = "a"\ntime_zone = "Berlin"', "a zone such as Europe/Berlin, came 'Berlin'"),
        ('[[audiences]]\nstore = "a"', "time_zone"),
        ('[[audiences]]\nstore = "a"\ntime_zone = "UTC"\nhours = 7', "did you mean hour?"),
        ('[[audiences]]\nstore = "a"\ntime_zone = "UTC"\nhour = 24', "expected 0 to 23, came 24"),
        ('[[audiences]]\nstore = "a"\ntime_zone = "UTC"\nrole = ""', "audiences[1].role"),
        (2 * '[[audiences]]\nstore = "a"\ntime_zone = "UTC"\n', "store:a: expected one entry, came two"),
    ],
)
def test_audiences_that_cannot_be_used_are_refused(text: str, cure: str) -> None:
    """With the entry and what to do."""
    with pytest.raises(AudiencesError, match=re.escape(cure)):
        read_audiences(text)


def test_two_regions_do_not_share_their_people() -> None:
    """People of regions stand at `*`: the same role would get the reports of both."""
    entries = '[[audiences]]\nregion = "North"\ntime_zone = "UTC"\n[[audiences]]\nchain = true\ntime_zone = "UTC"\n'
    with pytest.raises(AudiencesError, match="chain: expected a role of its own, came that of region:North"):
        read_audiences(entries)


def test_all_problems_of_audiences_are_told_at_once() -> None:
    """Each with the number of its entry."""
    with pytest.raises(AudiencesError) as refused:
        read_audiences('[[audiences]]\nstore = "a"\n[[audiences]]\nregion = "*"\ntime_zone = "UTC"')
    assert "audiences[1].time_zone" in str(refused.value)
    assert "audiences[2]: region '*'" in str(refused.value)


def test_settings_of_the_report_are_read() -> None:
    """All from the environment, with what is left out as it is by default."""
    assert read_settings(environment()) == SETTINGS


def test_every_missing_setting_is_named() -> None:
    """The function does not start with half of what it needs."""
    with pytest.raises(SettingsError) as refused:
        read_settings({})
    assert all(name in str(refused.value) for name in environment())
