from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from quicksight import __main__ as command
from quicksight.model.visuals import Kpi
from quicksight.preview import site as site_module
from quicksight.preview.assets import AssetsError, build_assets
from tests.quicksight.small import FUNNEL, SMALL


@pytest.fixture(autouse=True)
def _no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pages' program out."""
    monkeypatch.setattr(site_module, "build_assets", lambda *_: None)


def test_check_says_that_every_definition_resolves(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a lake, only names are looked at."""
    assert command.main(["check"]) == 0
    assert "every view, column and measure is there" in capsys.readouterr().out


def test_check_asks_every_visual_of_a_lake(
    sample_lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each visual has a line with its rows, the figures of the headline too."""
    monkeypatch.setattr(command, "DASHBOARDS", (SMALL,))
    assert command.main(["check", "--folder", str(sample_lake)]) == 0
    lines = capsys.readouterr().out.splitlines()
    told = {line.split()[1] for line in lines if line.startswith("small")}
    assert told == {"headline.visitors", "visitors", "stores", "table"}
    assert lines[-1] == "4 of 4 show something; 0 cannot be asked."


def test_check_of_all_dashboards_finds_nothing_broken(sample_lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every visual can be asked of a lake with every table filled; whatever shows nothing says why."""
    assert command.main(["check", "--folder", str(sample_lake)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith("; 0 cannot be asked.")
    silent = [line for line in lines[1:-1] if line.split()[-1] == "0"]
    assert silent == []


def test_a_definition_that_does_not_hold_ends_with_one(
    sample_lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file and the field are named, by the check and by the preview, which writes the other pages."""
    kpi = Kpi(name="v", title="V", data_set=FUNNEL, measure="visitor")
    broken = replace(SMALL, name="broken", sheets=(replace(SMALL.sheets[0], rows=((kpi,),)),))
    monkeypatch.setattr(command, "DASHBOARDS", (SMALL, broken))
    assert command.main(["check", "--folder", str(sample_lake)]) == 1
    assert "quicksight/dashboards/broken.py: visual 'v', measure: there is no measure" in capsys.readouterr().out
    assert command.main(["preview", "--folder", str(sample_lake), "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "quicksight/dashboards/broken.py" in said.err
    assert (tmp_path / "lake" / "small.html").is_file()
    assert said.out == f"Next: open {tmp_path / 'index.html'} in a browser.\n"


def test_preview_of_a_folder_names_the_page_to_open(
    sample_lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line is what to do next."""
    monkeypatch.setattr(command, "DASHBOARDS", (SMALL,))
    assert command.main(["preview", "--folder", str(sample_lake), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"Next: open {tmp_path / 'index.html'} in a browser.\n"
    assert (tmp_path / "index.html").is_file()


def test_preview_says_what_gives_the_lakes_that_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the demo there is a hint; with nothing at all it ends with 2 and says what to do."""
    monkeypatch.setattr(command, "DEMO", tmp_path / "none")
    monkeypatch.setattr(command, "CITY", tmp_path / "none")
    assert command.main(["preview", "--stores", "0", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "`make demo` gives it" in said
    assert "expected a lake to show, came none" in said


@pytest.mark.parametrize("arguments", [["check", "--folder", "no/such"], ["preview", "--folder", "no/such"]])
def test_a_folder_that_is_not_there_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what makes one."""
    assert command.main(arguments) == 2
    assert "There is no folder no/such: `make demo`" in capsys.readouterr().err


@pytest.mark.parametrize("stores", ["-1", "many"])
def test_a_number_of_stores_is_a_number(stores: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What came and what was expected is said before anything is done."""
    with pytest.raises(SystemExit) as ended:
        command.main(["preview", "--stores", stores])
    assert ended.value.code == 2
    assert f"came '{stores}'" in capsys.readouterr().err


def test_render_writes_each_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of sending, those of an older run taken away."""
    (tmp_path / "99-create-dashboard-gone.json").write_text("{}")
    assert command.main(["render", "--out", str(tmp_path)]) == 0
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files[0] == "01-create-data-source-lake.json"
    assert not any("gone" in name for name in files)
    assert f"{len(files)} requests in {tmp_path}" in capsys.readouterr().out


def test_help_teaches_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    """Each verb has an example."""
    with pytest.raises(SystemExit):
        command.main(["--help"])
    told = capsys.readouterr().out
    for verb in ("check", "preview", "render"):
        assert f"python -m quicksight {verb}" in told


def test_a_bundle_that_cannot_be_built_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without node the cure is the set-up."""
    monkeypatch.setattr("quicksight.preview.assets.NODE", tmp_path / "node")
    with pytest.raises(AssetsError, match=r"expected node at .*, came none: run `make setup`"):
        build_assets(tmp_path / "assets", ["DE"])


def test_the_bundle_is_built_once(tmp_path: Path) -> None:
    """It is kept until its sources or the countries change."""
    build_assets(tmp_path, ["DE"])
    time = (tmp_path / "dashboards.js").stat().st_mtime_ns
    build_assets(tmp_path, ["DE"])
    assert (tmp_path / "dashboards.js").stat().st_mtime_ns == time
    assert "Germany" in (tmp_path / "countries.js").read_text(encoding="utf-8")
    build_assets(tmp_path, ["FR"])
    assert "France" in (tmp_path / "countries.js").read_text(encoding="utf-8")
