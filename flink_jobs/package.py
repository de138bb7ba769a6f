"""Puts together what Managed Service for Apache Flink runs: `main.py`, the code, one jar.

The local stack submits the same folder, so that what is tested is what is deployed.
"""

from __future__ import annotations

import argparse
import shutil
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JAR = Path("lib/store-traffic.jar")
MAX_ZIP_BYTES = 512 * 1024 * 1024
"""What the managed service takes."""

_CODE = ("contracts", "flink_jobs", "sql")
# Read by people and by the Maven build, not by the job.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "java", "rendered", "released", "athena", "checks")
# Zip has no time before 1980; one time for all files makes the same code the same zip.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def assemble(folder: Path, *, jar: Path | None = None) -> Path:
    """Write the package to an empty folder, with the jar if one is named; returns its `main.py`."""
    shutil.rmtree(folder, ignore_errors=True)
    for package in _CODE:
        shutil.copytree(ROOT / package, folder / package, ignore=_LEFT_OUT)
    shutil.copy(ROOT / "flink_jobs/main.py", folder / "main.py")
    if jar is not None:
        (folder / JAR).parent.mkdir()
        shutil.copy(jar, folder / JAR)
    return folder / "main.py"


def write_zip(folder: Path, archive: Path) -> Path:
    """Write a folder as a reproducible zip.

    Raises:
        ValueError: the zip is larger than the managed service takes.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, zipped.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
    if archive.stat().st_size > MAX_ZIP_BYTES:
        raise ValueError(f"{archive}: expected at most {MAX_ZIP_BYTES} bytes, came {archive.stat().st_size}")
    return archive


def main(arguments: list[str] | None = None) -> None:
    """Write the package's folder and zip."""
    parser = argparse.ArgumentParser(prog="flink_jobs.package", description=__doc__)
    parser.add_argument(
        "--jar", type=Path, default=ROOT / "build/jar/store-traffic.jar", help="the jar of `make setup`"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build/package", help="folder to write to")
    options = parser.parse_args(arguments)
    assemble(options.out / "store-traffic", jar=options.jar)
    archive = write_zip(options.out / "store-traffic", options.out / "store-traffic.zip")
    print(f"{archive}  {archive.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
