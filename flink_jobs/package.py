"""Puts together what Managed Service for Apache Flink runs: `main.py`, one jar, our Python code, and the plan.

The local stack submits the same folder, so that what is tested is what is deployed. Nothing of PyPI is in it: the
code imports the standard library and pyflink only, which the managed service has (`tests/architecture`).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JAR = Path("lib/store-traffic.jar")
CODE = Path("dep")
"""Holds our packages: only what `pyFiles` names is sent to the processes that run Python for the job."""
PLAN = Path("plan.json")
"""What an upgrade is judged by: see `flink_jobs.upgrade`."""
RUN_OPTIONS = {"python": "main.py", "jarfile": JAR.as_posix(), "pyFiles": f"{CODE.as_posix()}/"}
"""The property group `kinesis.analytics.flink.run.options` with which the managed service runs the package."""
ZIP = Path("dist/store-traffic-flink.zip")
MAX_ZIP_BYTES = 512 * 1024 * 1024
"""What the managed service takes."""

_CODE_FILES = (("contracts", "*.py"), ("flink_jobs", "*.py"), ("sql/flink", "*.sql"))
_FLINK_PYTHON = ROOT / ".venv-flink/bin/python"
_JDK = ROOT / "build/tools/jdk"
# Zip has no time before 1980; one time and one mode for all files make the same code the same zip.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_ZIP_MODE = 0o644 << 16
_UNIX = 3
_READ_BYTES = 1024 * 1024


class PackageError(Exception):
    """The package cannot be made; the message says what was expected, what came and the cure."""


def assemble(folder: Path, *, jar: Path | None = None, root: Path = ROOT) -> Path:
    """Write the package of a checkout to an empty folder, with the jar if one is named; returns its `main.py`."""
    shutil.rmtree(folder, ignore_errors=True)
    for package, pattern in _CODE_FILES:
        for path in sorted((root / package).rglob(pattern)):
            _copy(path, folder / CODE / path.relative_to(root))
    _copy(root / "flink_jobs/main.py", folder / "main.py")
    if jar is not None:
        _copy(jar, folder / JAR)
    return folder / "main.py"


def add_plan(folder: Path, *, python: Path = _FLINK_PYTHON) -> Path:
    """Let the package itself write down its plan; returns the file. Takes about 15 s.

    Raises:
        PackageError: the package cannot be planned.
    """
    for needed, cure in ((python, "run `make setup`"), (folder / JAR, "name a jar")):
        if not needed.exists():
            raise PackageError(f"expected {needed}, came no such file; {cure}")
    command: list[str | Path] = [python, "main.py", "--jar", JAR, "--plan-out", PLAN]
    java_home = {"JAVA_HOME": str(_JDK)} if _JDK.exists() else {}
    # Bytecode in the folder would become part of the package.
    environment = os.environ | java_home | {"PYTHONPATH": str(CODE), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise PackageError(f"expected a plan of {folder}, came status {ended.returncode}:\n{ended.stderr[-4000:]}")
    return folder / PLAN


def write_zip(folder: Path, archive: Path) -> Path:
    """Write a folder as a reproducible zip: stored, not compressed, as the jar is, so no zlib has a say in its bytes.

    Raises:
        PackageError: the zip is larger than the managed service takes.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        for name, path in sorted(paths.items()):
            with path.open("rb") as source, zipped.open(_entry(name), "w") as target:
                shutil.copyfileobj(source, target, _READ_BYTES)
    if archive.stat().st_size > MAX_ZIP_BYTES:
        raise PackageError(
            f"{archive}: expected at most {MAX_ZIP_BYTES} bytes, came {archive.stat().st_size}; "
            "leave something out of the jar (flink_jobs/java/pom.xml)"
        )
    return archive


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.create_system, entry.external_attr = _UNIX, _ZIP_MODE
    return entry


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def main(arguments: list[str] | None = None) -> int:
    """Write the package as a folder and a zip; returns the exit code."""
    parser = argparse.ArgumentParser(prog="flink_jobs.package", description=__doc__)
    parser.add_argument(
        "--jar", type=Path, default=ROOT / "build/jar/store-traffic.jar", help="the jar of `make setup`"
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "build/package", help="folder to put it together in")
    parser.add_argument("--out", type=Path, default=ROOT / ZIP, help="zip to write (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        assemble(options.folder, jar=options.jar)
        add_plan(options.folder)
        archive = write_zip(options.folder, options.out)
    except (PackageError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{archive}  {archive.stat().st_size / 1e6:.0f} MB  sha256 {sha256(archive)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
