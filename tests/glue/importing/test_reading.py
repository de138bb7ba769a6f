"""Files are read as text with the numbers of their rows, whatever their form and wherever they are."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from pyarrow import parquet

from glue.importing.mapping import ImportMapping, mapping_of
from glue.importing.problems import ImportProblems
from glue.importing.reading import read_source
from tests.glue.conftest import BUCKET
from tests.glue.importing.conftest import changed

LINES = """store;date;hour;people;remark
München;2015-06-01;10;7;"two
lines"

München;2015-06-01;11
München;2015-06-01;12;9;
"""


def _mapping(**file: Any) -> ImportMapping:
    return mapping_of(changed(file=file), subject="mapping")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "cp1252"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str) -> None:
    """Rule: a CSV is read by its delimiter and encoding; a value of two lines is one row, a short line is told."""
    path = tmp_path / "counts.csv"
    path.write_bytes(LINES.encode(encoding))
    source = read_source([str(path)], _mapping(delimiter=";", encoding=encoding))
    rows = [(row["row"], row["store_value"], row["in_count_value"]) for row in source.rows.to_pylist()]
    assert [row for row in rows if row[1]] == [(2, "München", "7"), (5, "München", "9")]
    assert source.malformed.to_pylist() == [
        {"file": str(path), "row": 4, "value": "München;2015-06-01;11", "expected": "5 values, came 3"}
    ]


def test_compressed_files_and_several(tmp_path: Path) -> None:
    """Rule: a packed CSV is read as a plain one; of several files each row tells its own."""
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv.gz"
    text = "store,date,hour,people\nnorth,2015-06-01,10,7\n"
    plain.write_text(text, encoding="utf-8")
    packed.write_bytes(gzip.compress(text.encode()))
    rows = read_source([str(plain), str(packed)], _mapping()).rows.to_pylist()
    assert [(Path(row["file"]).name, row["row"], row["in_count_value"]) for row in rows] == [
        ("a.csv", 2, "7"),
        ("b.csv.gz", 2, "7"),
    ]


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    """Rule: a Parquet file's typed columns become text, so that the same rules judge them; its first row is row 1."""
    path = tmp_path / "counts.parquet"
    columns = {
        "store": ["north"],
        "date": [pa.scalar("2015-06-01").cast(pa.date32()).as_py()],
        "hour": [10],
        "people": [7.5],
    }
    parquet.write_table(pa.table(columns), path)
    (row,) = read_source([str(path)], _mapping(format="parquet")).rows.to_pylist()
    told = [row[name] for name in ("row", "date_value", "hour_value", "in_count_value")]
    assert told == [1, "2015-06-01", "10", "7.5"]


def test_files_on_s3(cloud: str, tmp_path: Path) -> None:  # noqa: ARG001 - asked for because it makes the cloud
    """Rule: a file on S3 is read as one here, by the endpoint that the environment names."""
    text = "store,date,hour,people\nnorth,2015-06-01,10,7\n"
    boto3.client("s3").put_object(Bucket=BUCKET, Key="old/counts.csv.gz", Body=gzip.compress(text.encode()))
    (row,) = read_source([f"s3://{BUCKET}/old/counts.csv.gz"], _mapping()).rows.to_pylist()
    assert (row["file"], row["row"], row["in_count_value"]) == (f"s3://{BUCKET}/old/counts.csv.gz", 2, "7")


def test_every_unreadable_file_is_told(cloud: str, tmp_path: Path) -> None:  # noqa: ARG001 - as above
    """Rule: missing files, missing columns and wrong encodings of all files are in one message."""
    (tmp_path / "other.csv").write_text("store,date,hours,hour,hour\n", encoding="utf-8")
    (tmp_path / "latin.csv").write_bytes("store,date,hour,people\nMünchen,2015-06-01,10,7\n".encode("latin-1"))
    paths = [str(tmp_path / name) for name in ("absent.csv", "other.csv", "latin.csv")]
    with pytest.raises(ImportProblems) as refused:
        read_source([*paths, f"s3://{BUCKET}/absent.csv"], _mapping())
    absent, people, hour, latin, on_s3 = refused.value.problems
    assert "absent.csv: expected a readable csv file" in absent
    assert "other.csv: expected a column 'people', came none; known: store, date, hours" in people
    assert "other.csv: expected one column 'hour', came several" in hour
    assert "latin.csv: expected a readable csv file, came: " in latin
    assert "encoding" in latin
    assert "s3://lake/absent.csv: expected a readable csv file" in on_s3
