"""The package that the managed service runs."""

from __future__ import annotations

import locale
import os
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from flink_jobs import package
from flink_jobs.class_files import JAVA_11, major_version
from local.paths import BUILD

OURS = "storetraffic/"


@pytest.fixture
def jar(tmp_path: Path) -> Path:
    """A file that stands for the jar, which is 227 MB."""
    jar = tmp_path / "some.jar"
    jar.write_bytes(b"jar")
    return jar


def zipped(folder: Path, jar: Path, *, root: Path = package.ROOT) -> Path:
    """Return the zip of a checkout, with a text in place of the plan."""
    package.assemble(folder, jar=jar, root=root)
    (folder / package.PLAN).write_text("{}")
    return package.write_zip(folder, folder.with_suffix(".zip"))


def moved_checkout(target: Path) -> Path:
    """Return a copy of the code in another folder, written in another order, at another time, for its owner only."""
    for part in sorted(("sql/flink", "flink_jobs", "contracts"), reverse=True):
        shutil.copytree(
            package.ROOT / part, target / part, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("java")
        )
    for path in target.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (target / "flink_jobs/left_by_an_editor.py~").write_text("no part of the code")
    return target


def test_package_is_reproducible(tmp_path: Path, jar: Path) -> None:
    """The same code gives the same sha256 from any folder, by any umask, time and locale: a digest tells of changes."""
    first = package.sha256(zipped(tmp_path / "first", jar))
    root = moved_checkout(tmp_path / "elsewhere")
    umask, language = os.umask(0o077), locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "C")
        second = package.sha256(zipped(tmp_path / "a" / "b" / "second", jar, root=root))
    finally:
        os.umask(umask)
        locale.setlocale(locale.LC_ALL, language)
    print(f"sha256 {first}")
    assert first == second


def test_another_line_is_another_package(tmp_path: Path, jar: Path) -> None:
    """What differs in the code differs in the digest."""
    root = moved_checkout(tmp_path / "elsewhere")
    with (root / "sql/flink/visit_v1.sql").open("a") as file:
        file.write("-- more\n")
    assert package.sha256(zipped(tmp_path / "first", jar)) != package.sha256(zipped(tmp_path / "other", jar, root=root))


def test_package_has_the_form_of_the_service(tmp_path: Path, jar: Path) -> None:
    """`main.py`, one jar in `lib/`, our code in `dep/`, the plan; nothing that only a build or a test needs."""
    names = zipfile.ZipFile(zipped(tmp_path / "folder", jar)).namelist()
    assert {"main.py", "lib/store-traffic.jar", "plan.json", "dep/flink_jobs/build.py"} <= set(names)
    assert {"dep/contracts/tables.py", "dep/sql/flink/visit_v1.sql", "dep/sql/flink/views/event.sql"} <= set(names)
    assert [name for name in names if name.endswith(".jar")] == ["lib/store-traffic.jar"]
    assert {Path(name).suffix for name in names} == {".py", ".sql", ".jar", ".json"}


def test_run_options_name_what_is_there(tmp_path: Path, jar: Path) -> None:
    """The service is told of files that the package has, and of the code that every Python process must find."""
    folder = package.assemble(tmp_path / "folder", jar=jar).parent
    assert set(package.RUN_OPTIONS) == {"python", "jarfile", "pyFiles"}
    assert all((folder / path).exists() for path in package.RUN_OPTIONS.values())
    assert (folder / package.RUN_OPTIONS["pyFiles"] / "flink_jobs").is_dir()


def test_too_large_is_refused(tmp_path: Path, jar: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service takes 512 MiB; more is told before an upload."""
    monkeypatch.setattr(package, "MAX_ZIP_BYTES", 10)
    with pytest.raises(package.PackageError, match="expected at most 10 bytes"):
        zipped(tmp_path / "folder", jar)


def test_a_package_without_a_jar_has_no_plan(tmp_path: Path) -> None:
    """What is missing is named, with its cure."""
    folder = package.assemble(tmp_path / "folder").parent
    with pytest.raises(package.PackageError, match=r"store-traffic\.jar, came no such file; name a jar"):
        package.add_plan(folder)


def test_a_package_that_cannot_be_planned_says_why(tmp_path: Path, jar: Path) -> None:
    """A jar that is none, or SQL that cannot be compiled, ends the making of the package, with Flink's own words."""
    folder = package.assemble(tmp_path / "folder", jar=jar).parent
    with pytest.raises(package.PackageError, match="expected a plan of"):
        package.add_plan(folder)


def test_real_jar_fits_and_is_of_java_11() -> None:
    """Java 11 runs the managed service: every class of ours is of its version, and every class at all of none later."""
    jar = BUILD / "jar/store-traffic.jar"
    assert jar.stat().st_size < package.MAX_ZIP_BYTES
    versions = class_versions(jar)
    assert {version for name, version in versions.items() if name.startswith(OURS)} == {JAVA_11}
    later = sorted(name for name, version in versions.items() if version > JAVA_11)
    assert not later, f"{later[:3]}: exclude them in flink_jobs/java/pom.xml"


def class_versions(jar: Path) -> dict[str, int]:
    """Return the version of every class in a jar."""
    versions = {}
    with zipfile.ZipFile(jar) as opened:
        for name in opened.namelist():
            if name.endswith(".class"):
                with opened.open(name) as entry:
                    versions[name] = major_version(entry.read(8))
    return versions


def test_what_is_no_class_is_refused() -> None:
    """A file of another kind has no version."""
    with pytest.raises(ValueError, match="expected a class file, came bytes that begin with 0x504b0304"):
        major_version(struct.pack(">IHH", 0x504B0304, 0, 0))
