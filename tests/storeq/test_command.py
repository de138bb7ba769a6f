"""The command `storeq`: what it prints, what it refuses, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storeq.__main__ import main

SEASON = ["--from", "2025-11-01", "--to", "2025-12-31"]


def run(*arguments: str, stores: str | None = None) -> int:
    """Run the command as in an environment that may name stores."""
    return main([*arguments], environment={} if stores is None else {"STOREQ_STORES": stores})


def test_the_list_has_every_question_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Questions come by what they are about, one line each, and how to go on."""
    assert run("list") == 0
    told = capsys.readouterr().out
    assert "Days and hours where the store is" in told
    assert "wait_percentile " in told
    assert "`storeq show NAME`" in told


def test_columns_and_sql_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`show` tells each column with its unit, and the SQL; `list --columns` the columns alone."""
    assert run("show", "lane_hour") == 0
    told = capsys.readouterr().out
    assert "Journeys that gave up" in told
    assert "FROM measured" in told
    assert run("list", "--columns", "lane_hour") == 0
    assert "SELECT" not in capsys.readouterr().out


def test_help_tells_every_verb_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows a command for each verb, and the variable that restricts stores."""
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in ("storeq list", "storeq show", "storeq run", "storeq sql", "STOREQ_STORES"):
        assert word in told


def test_an_answer_goes_to_the_output_and_what_it_took_beside(
    sample_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows alone are on stdout, so that they can be piped; time and bytes are on stderr."""
    code = run("run", "store_trading_day", *SEASON, "--folder", str(sample_folder), "--format", "json", "--limit", "3")
    told = capsys.readouterr()
    assert code == 0
    assert len([json.loads(line) for line in told.out.splitlines()]) == 3
    assert "s on duckdb, " in told.err
    assert "MB in 4 files" in told.err


def test_a_file_gets_the_rows(sample_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--out` writes there, folders included, and prints the path alone."""
    for form, name in (("csv", "a/b.csv"), ("table", "c.txt"), ("chart", "d.html"), ("chart", "e.svg")):
        out = tmp_path / name
        asked = ["run", "aisle_ranking", *SEASON, "--folder", str(sample_folder), "--format", form, "--out", str(out)]
        assert run(*asked) == 0
        assert capsys.readouterr().out == f"{out}\n"
        assert out.stat().st_size > 100


def test_all_problems_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name, dates in the wrong order, a lake that is not said and a file that does not fit: four lines."""
    wrong = ["--from", "2026-02-02", "--to", "2026-01-01", "--format", "chart", "--out", str(tmp_path / "x.pdf")]
    assert run("run", "lane_huor", *wrong) == 2
    told = capsys.readouterr().err
    assert "did you mean lane_hour" in told
    assert "Expected --from not after --to, came 2026-02-02 and 2026-01-01" in told
    assert "Expected --warehouse" in told
    assert "end in .html or .svg" in told
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--from", "2026-01-01"], "--from came without --to"),
        (["--baseline-from", "2025-01-01", "--baseline-to", "2025-01-31"], "need dates to compare"),
        ([*SEASON, "--period", "season"], "came both"),
        (["--store", "berlin-2"], "There is no store 'berlin-2': did you mean berlin-1?"),
        (["--region", "nord"], "There is no region 'nord': did you mean north?"),
        (["--period", "seeson"], "There is no period 'seeson': did you mean season?"),
        (["--folder", "nowhere"], "There is no folder nowhere"),
    ],
)
def test_what_does_not_fit_is_told(
    sample_folder: Path, capsys: pytest.CaptureFixture[str], wrong: list[str], told: str
) -> None:
    """Each mistake has a line of its own, and the code 2."""
    assert run("run", "service_by_hour", "--folder", str(sample_folder), *wrong) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--from", "yesterday"], ["--limit", "0"], ["--format", "pdf"], ["--engine", "x"]])
def test_a_value_of_no_use_ends_with_the_usage(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read is refused before anything is asked."""
    with pytest.raises(SystemExit) as ended:
        run("run", "lane_hour", *wrong)
    assert ended.value.code == 2
    assert wrong[1] in capsys.readouterr().err


def test_a_missing_table_ends_with_1_and_its_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every table that a folder lacks is named, and what makes it."""
    assert run("run", "store_trading_day", "--folder", str(tmp_path)) == 1
    told = capsys.readouterr().err
    for name in ("traffic_local_hour_v1", "store_day_v1", "store_v1", "calendar_v1"):
        assert name in told
    assert "python -m glue dimensions" in told
    assert "python -m glue rollup" in told


def test_an_empty_answer_says_what_would_fill_it(sample_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Dates of which nothing is known, also in the future, are no error: the table without rows is named."""
    future = ["--from", "2031-01-01", "--to", "2031-01-31"]
    assert run("run", "service_by_hour", *future, "--folder", str(sample_folder)) == 0
    told = capsys.readouterr()
    assert "0 rows" in told.out
    assert "No row: lane_local_hour_v1 holds nothing of what was asked" in told.err
    assert "python -m glue rollup" in told.err


def test_stores_of_the_environment_restrict_every_question(
    sample_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """STOREQ_STORES stands whatever is asked: no other store is told of, by name or by region."""
    asked = ["run", "store_trading_day", *SEASON, "--folder", str(sample_folder), "--format", "json"]
    assert run(*asked, stores="pune-1") == 0
    assert {json.loads(line)["store_id"] for line in capsys.readouterr().out.splitlines()} == {"pune-1"}
    assert run(*asked, "--store", "berlin-1", stores="pune-1") == 2
    assert "You have no right to read berlin-1: STOREQ_STORES allows pune-1" in capsys.readouterr().err
    assert run(*asked, "--region", "north", stores="pune-1") == 2
    assert "berlin" not in capsys.readouterr().err
    assert run(*asked, "--region", "asia", stores="pune-1, berlin-1") == 0
    assert {json.loads(line)["store_id"] for line in capsys.readouterr().out.splitlines()} == {"pune-1"}


def test_an_empty_list_of_stores_allows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that is set and names no store is a mistake, not leave to read all."""
    assert run("sql", "lane_hour", stores=" ") == 2
    assert "Expected store ids by commas in STOREQ_STORES" in capsys.readouterr().err


def test_the_statement_is_printed_for_each_engine(capsys: pytest.CaptureFixture[str]) -> None:
    """`sql` asks nothing: it prints what would be sent, with the rights of the environment in it."""
    for engine, table in (
        ("athena", '"awsdatacatalog"."store_traffic"."lane_minute_v1"'),
        ("trino", '"lake"."store_traffic"."lane_minute_v1"'),
        ("duckdb", '"lake"."lane_minute_v1"'),
    ):
        assert run("sql", "lane_hour", *SEASON, "--engine", engine, stores="pune-1") == 0
        told = capsys.readouterr().out
        assert table in told
        assert "'pune-1'" in told
