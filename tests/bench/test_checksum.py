"""One form for all results."""

from __future__ import annotations

from pathlib import Path

from bench.checksum import aggregate_rows, canonical_rows, checksum, zone_minute_rows
from bench.contenders import wrong_result

ROW = ("store-1", "aisle-1", "1790000040000", "5", "89589", "60000", "9", "15", "0")


def _written(folder: Path, text: str, name: str = "part-0.csv") -> Path:
    (folder / name).write_text(text)
    return folder


def test_the_order_of_rows_does_not_matter() -> None:
    """Contenders write in any order."""
    other = (*ROW[:3], "6", *ROW[4:])
    assert checksum([ROW, other]) == checksum([other, ROW])


def test_a_wrong_missing_or_doubled_row_is_told() -> None:
    """A wrong result is a failed row, with both sides named."""
    right = checksum([ROW])
    assert wrong_result([ROW], right) is None
    for rows in ([], [ROW, ROW], [(*ROW[:3], "6", *ROW[4:])]):
        assert "expected 1 rows" in (wrong_result(rows, right) or "")


def test_every_form_of_a_row_is_the_same_row(tmp_path: Path) -> None:
    """Peers, the small query and the whole job write differently, and are compared all the same."""
    forms = {
        canonical_rows: ",".join(ROW),
        aggregate_rows: 'store-1,aisle-1,"2026-09-21 14:14:00",5,89589,60000,9,15,0',
        zone_minute_rows: 'store-1,aisle-1,aisle,,"2026-09-21 14:14:00Z","2026-09-21 14:15:00Z",1.5,5,89589,60000,9,'
        "15,0,1.0,,0.0,good",
    }
    for number, (read, text) in enumerate(forms.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert list(read(_written(folder, text + "\n"))) == [ROW]


def test_unfinished_files_do_not_count(tmp_path: Path) -> None:
    """Flink's files in progress begin with a dot; reading them would count rows twice."""
    _written(tmp_path, 'store-1,aisle-1,"2026-09-21 14:14:00",5,89589,60000,9,15,0\n', name=".part-0.inprogress")
    assert list(aggregate_rows(tmp_path)) == []
