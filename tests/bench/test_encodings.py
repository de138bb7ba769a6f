"""Other forms of a snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.encodings import avro, encodings
from bench.inputs import Records
from bench.snapshots import SnapshotLoad, write_snapshots


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, b"\x00"),
        (-1, b"\x01"),
        (1, b"\x02"),
        (-64, b"\x7f"),
        (64, b"\x80\x01"),
        (5_000, b"\x90\x4e"),
        ("foo", b"\x06foo"),
        ([3, 27], b"\x04\x06\x36\x00"),
        ({"a": 27, "b": "foo"}, b"\x36\x06foo"),
    ],
)
def test_avro_is_as_the_specification_has_it(value: object, written: bytes) -> None:
    """The examples of the Avro 1.11 specification, "Binary Encoding", and numbers of two bytes."""
    assert avro(value) == written


def test_every_form_is_smaller_than_the_one_before_it_is_packed(tmp_path: Path) -> None:
    """Each form comes plain and packed, and a month's price follows from the bytes."""
    write_snapshots(SnapshotLoad(snapshots=24, stores=2), tmp_path)
    told = encodings(Records(tmp_path, 24, 1, 1.0))
    for plain, packed in zip(told[::2], told[1::2], strict=True):
        assert packed.name == f"{plain.name}, zlib"
        assert packed.bytes_per_snapshot < plain.bytes_per_snapshot / 2
        assert packed.usd_per_store_month < plain.usd_per_store_month / 2
    first = json.loads((tmp_path / "part-0.jsonl").read_text().splitlines()[0])
    assert told[0].bytes_per_snapshot == pytest.approx(len(json.dumps(first, separators=(",", ":"))), rel=0.05)
