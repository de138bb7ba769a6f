"""School holidays from a user's file."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

import pytest

from glue.dimensions.problems import DimensionError
from glue.dimensions.school_holidays import read_school_holidays, school_holidays

EXAMPLE = Path(str(files("glue.dimensions") / "data" / "school-holidays-example.csv"))


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "school.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_example_is_read_and_holds_every_day() -> None:
    """Rule: the file that ships can be read; each day from the first to the last comes once, with its place."""
    given = read_school_holidays(EXAMPLE)
    autumn = [row for row in school_holidays(given, range(2025, 2026)) if row.name == "autumn holidays"]
    assert [str(row.holiday_date) for row in autumn if row.subdivision == "BY"] == [
        f"2025-11-{day:02}" for day in range(3, 8)
    ]
    assert {row.holiday_kind for row in autumn} == {"school"}


def test_only_years_asked_for_come(tmp_path: Path) -> None:
    """Rule: holidays over the turn of a year are cut at the range; an empty subdivision means the whole country."""
    path = _file(tmp_path, "country,subdivision,name,first,last\nDE,,Christmas,2025-12-30,2026-01-02\n")
    rows = list(school_holidays(read_school_holidays(path), range(2026, 2027)))
    assert [(row.subdivision, row.holiday_date) for row in rows] == [
        (None, dt.date(2026, 1, 1)),
        (None, dt.date(2026, 1, 2)),
    ]


def test_ranges_that_overlap_give_each_day_once(tmp_path: Path) -> None:
    """Rule: a day that two lines of one name hold is one row."""
    lines = "DE,BY,summer,2026-08-01,2026-08-03\nDE,BY,summer,2026-08-03,2026-08-04\n"
    path = _file(tmp_path, f"country,subdivision,name,first,last\n{lines}")
    assert len(list(school_holidays(read_school_holidays(path), range(2026, 2027)))) == 4


def test_every_bad_line_is_told(tmp_path: Path) -> None:
    """Rule: all lines that cannot be used are told at once, each with its number, what came and the cure."""
    lines = [
        "# a remark",
        "country,subdivision,name,first,last",
        "XX,,summer,2026-08-01,2026-08-03",
        "DE,Bavaria,summer,2026-08-01,2026-08-03",
        "DE,BY,summer,2026-08-03,2026-08-01",
    ]
    with pytest.raises(DimensionError) as caught:
        read_school_holidays(_file(tmp_path, "\n".join(lines)))
    told = caught.value.problems
    assert [problem.split(":")[0] for problem in told] == ["line 3", "line 4", "line 5"]
    assert "came 'XX'; such as DE" in told[0]
    assert "expected a subdivision of DE, came 'Bavaria'; one of BB" in told[1]
    assert "swap them" in told[2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "came none; add country, name, first, last"),
        ("country,name,first\n", "add last"),
        ("country,name,first,last,colour\n", "remove colour"),
        ("country,name,first,last\nDE,summer,2026-08-01\n", "line 2.last: expected a value, came none; add it"),
        ("country,name,first,last\nDE,summer,1.8.2026,2026-08-01\n", "line 2.first: expected a valid date"),
        ("country,name,first,last\nDE,a,b,2026-08-01,2026-08-01\n", "line 2: expected 4 fields, came 5"),
    ],
)
def test_file_that_is_not_as_declared_is_told_with_its_cure(tmp_path: Path, text: str, says: str) -> None:
    """Rule: a missing or unknown column and a value of another type are told with what was expected."""
    with pytest.raises(DimensionError) as caught:
        read_school_holidays(_file(tmp_path, text))
    assert says in str(caught.value)


def test_many_problems_are_counted(tmp_path: Path) -> None:
    """Rule: the message of a file with a wrong separator stays readable."""
    lines = "".join("DE;summer\n" for _ in range(100))
    with pytest.raises(DimensionError, match="and 280 more"):
        read_school_holidays(_file(tmp_path, f"country,name,first,last\n{lines}"))
