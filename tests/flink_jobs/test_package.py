"""The package that the managed service runs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from flink_jobs import package


def test_package_is_reproducible(tmp_path: Path) -> None:
    """The same code gives the same bytes: a deployment shows whether anything changed."""
    jar = tmp_path / "some.jar"
    jar.write_bytes(b"jar")
    archives = []
    for name in ("first", "second"):
        package.assemble(tmp_path / name, jar=jar)
        archives.append(package.write_zip(tmp_path / name, tmp_path / f"{name}.zip").read_bytes())
    assert archives[0] == archives[1]


def test_package_has_the_form_of_the_service(tmp_path: Path) -> None:
    """`main.py` and one jar in `lib/`, the code and the SQL, and nothing that only a build needs."""
    jar = tmp_path / "some.jar"
    jar.write_bytes(b"jar")
    package.assemble(tmp_path / "folder", jar=jar)
    names = zipfile.ZipFile(package.write_zip(tmp_path / "folder", tmp_path / "a.zip")).namelist()
    assert {"main.py", "lib/store-traffic.jar", "flink_jobs/build.py", "contracts/tables.py"} <= set(names)
    assert "sql/flink/visit_v1.sql" in names
    assert not [name for name in names if name.endswith((".java", ".pyc"))]


def test_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service takes 512 MiB; more is told before an upload."""
    monkeypatch.setattr(package, "MAX_ZIP_BYTES", 10)
    package.assemble(tmp_path / "folder")
    with pytest.raises(ValueError, match="expected at most 10 bytes"):
        package.write_zip(tmp_path / "folder", tmp_path / "a.zip")
