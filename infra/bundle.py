"""Puts together what runs in the cloud beside Flink: a folder for each Lambda, and one for the image of batch jobs.

A Lambda's folder holds our packages that it needs and the pinned libraries as they are on Lambda's own machine; no
Docker is needed. It is made once for the same inputs. `SOURCES_ONLY` leaves the libraries out: to look at templates.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / "build/tools/uv/bin/uv"
PINS = ROOT / "requirements/project.txt"
PYTHON_VERSION = "3.13"
"""Of Lambda; a test makes a folder for its own Python, to see that what was left out is not missed."""
LAMBDA_LIMIT_BYTES = 250 * 1024 * 1024
"""What Lambda takes at most, unpacked."""
Content = Literal["complete", "sources only"]

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "rendered", "released", "java", "*.egg-info", ".DS_Store")
# Of libraries: what no function imports. Arrow's Flight alone is 30 MB.
_PRUNED = (
    "*/__pycache__",
    "*.dist-info/RECORD",
    "bin",
    "pyarrow/include",
    "pyarrow/tests",
    "pyarrow/src",
    "pyarrow/*flight*",
    "numpy/*/tests",
    "setuptools*",
    "pygments*",
    "zstandard/*.c",
)
_BOTOCORE_KEPT = (
    "dynamodb", "ecs", "glue", "kinesisanalyticsv2", "pinpoint-sms-voice-v2", "quicksight", "s3", "sesv2", "sns", "sqs",
    "sts", "athena", "codebuild", "cloudwatch",
)  # fmt: skip
"""Services that a function calls; the descriptions of all others are 28 MB."""


class BundleError(RuntimeError):
    """A folder cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a Lambda's folder is made of.

    Attributes:
        name: of the folder.
        sources: our packages and folders, relative to the project.
        libraries: names that `requirements/project.txt` pins, with extras.
    """

    name: str
    sources: tuple[str, ...]
    libraries: tuple[str, ...] = ()


LAKE_LIBRARIES = ("aws-lambda-powertools", "boto3", "pyiceberg[glue,pyarrow,pyiceberg-core]")
NOTIFIER = Bundle(
    "notifier",
    ("contracts", "design", "lambdas/__init__.py", "lambdas/alert_store", "lambdas/notifier"),
    ("aws-lambda-powertools", "babel", "boto3", "jinja2", "pillow", "pywebpush"),
)
HISTORY = Bundle(
    "history", ("contracts", "lambdas/__init__.py", "lambdas/alert_store", "lambdas/history"), LAKE_LIBRARIES
)
LAKE_TABLES = Bundle(
    "lake-tables", ("contracts", "glue", "sql/athena", "infra/__init__.py", "infra/functions"), LAKE_LIBRARIES
)
OPERATIONS = Bundle("operations", ("infra/__init__.py", "infra/functions"), ())
"""Small functions that need nothing but the boto3 of Lambda itself."""
DASHBOARDS = Bundle(
    "dashboards",
    ("contracts", "design", "lambdas/__init__.py", "lambdas/alert_store", "lambdas/dashboards", "lambdas/notifier"),
    ("aws-lambda-powertools", "babel", "boto3", "jinja2"),
)
BUNDLES = (NOTIFIER, HISTORY, LAKE_TABLES, OPERATIONS, DASHBOARDS)

_IMAGE_SOURCES = ("contracts", "design", "flink_jobs", "glue", "sql", "storeq", "infra/__init__.py", "infra/batch")
_IMAGE_FILES = ("requirements/flink.txt", "requirements/project.txt", "requirements/uv.txt")


@dataclass(frozen=True, slots=True)
class Bundler:
    """Makes folders below `target`, complete or of our sources only."""

    target: Path
    content: Content = "complete"
    python_version: str = PYTHON_VERSION

    def folder(self, bundle: Bundle) -> Path:
        """Return a Lambda's folder, made now unless it is there.

        Raises:
            BundleError: a library cannot be had, or the folder is larger than Lambda takes.
        """
        libraries = bundle.libraries if self.content == "complete" else ()
        folder = self.target / f"{bundle.name}-{_digest(bundle.sources, (*libraries, self.python_version))}"
        if not folder.exists():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            _copy(bundle.sources, part)
            if libraries:
                _install(libraries, part, self.python_version)
            _check_size(bundle, part)
            part.rename(folder)
        return folder

    def image(self) -> Path:
        """Return the folder that the image of batch jobs is built from: code, pins, Containerfile, the jar."""
        jar = ROOT / "build/jar/store-traffic.jar"
        if self.content == "complete" and not jar.exists():
            raise BundleError(f"expected the jar in {jar}, came no such file; make setup builds it")
        folder = self.target / f"image-{_digest((*_IMAGE_SOURCES, *_IMAGE_FILES), ('jar', str(jar.resolve().name)))}"
        if self.content == "sources only":
            folder = folder.with_name(folder.name + "-sources")
        if not folder.exists():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            _copy((*_IMAGE_SOURCES, *_IMAGE_FILES), part)
            shutil.copy(ROOT / "infra/batch/Containerfile", part / "Containerfile")
            if self.content == "complete":
                (part / "build/jar").mkdir(parents=True)
                shutil.copy(jar, part / "build/jar/store-traffic.jar")
            part.rename(folder)
        return folder

    def package(self, archive: Path) -> Path:
        """Return the streaming application's zip, or, for sources only, a small one in its place.

        Raises:
            BundleError: there is none.
        """
        if self.content == "complete":
            if not archive.exists():
                raise BundleError(f"expected the application in {archive}, came no such file; make package makes it")
            return archive
        placeholder = self.target / "no-application.zip"
        placeholder.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(placeholder, "w") as zipped:
            zipped.writestr(zipfile.ZipInfo("README"), "Templates to look at only: this is no application.\n")
        return placeholder

    def edge(self) -> Path:
        """Return the folder with the edge's wheel and its pins, as a store's device unpacks it.

        Raises:
            BundleError: the wheel cannot be built.
        """
        sources = ("contracts", "design", "edge", "packaging/edge", "LICENSE")
        folder = self.target / f"edge-{_digest(sources, (self.content,))}"
        if not folder.exists():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            shutil.copy(ROOT / "packaging/edge/requirements.txt", part / "requirements.txt")
            if self.content == "complete":
                _build_wheel(part)
            part.rename(folder)
        return folder


def _build_wheel(folder: Path) -> None:
    build = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    with tempfile.TemporaryDirectory() as made_in:
        origin = Path(made_in)
        _copy(("contracts", "design", "edge", "LICENSE"), origin)
        shutil.copy(ROOT / "packaging/edge/pyproject.toml", origin / "pyproject.toml")
        command = [sys.executable, "-c", build, str(folder)]
        # Zip keeps times: one for all makes the same code the same wheel.
        environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800"}
        ended = subprocess.run(command, cwd=origin, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise BundleError(f"expected the edge's wheel, came:\n{ended.stderr.strip()}")


def size_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _copy(sources: Iterable[str], folder: Path) -> None:
    for source in sources:
        origin, copy = ROOT / source, folder / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, ignore=_LEFT_OUT, dirs_exist_ok=True)
        else:
            shutil.copy(origin, copy)


def _install(libraries: Iterable[str], folder: Path, python_version: str) -> None:
    command = [
        str(UV), "pip", "install", "--quiet", "--target", str(folder), "--python-platform", "x86_64-manylinux_2_28",
        "--python-version", python_version, "--only-binary", ":all:",
        # Pure Python, and published as a source archive only.
        "--no-binary", "http-ece", "--constraint", str(PINS), "--link-mode", "hardlink", *libraries,
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if ended.returncode != 0:
        raise BundleError(
            f"expected {', '.join(libraries)} for Lambda, came:\n{ended.stderr.strip()}\n"
            "is there a network? with --sources-only the templates are made without libraries, to look at only"
        )
    _prune(folder)


def _prune(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if any(fnmatch.fnmatch(name, pattern) for pattern in _PRUNED):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for service in (folder / "botocore/data").glob("*/"):
        if service.name not in _BOTOCORE_KEPT:
            shutil.rmtree(service)


def _check_size(bundle: Bundle, folder: Path) -> None:
    if (size := size_bytes(folder)) > LAMBDA_LIMIT_BYTES:
        raise BundleError(
            f"{bundle.name}: expected at most {LAMBDA_LIMIT_BYTES} bytes, came {size}; "
            "leave libraries out, or let it run in the batch image"
        )


def _digest(sources: Iterable[str], libraries: Iterable[str]) -> str:
    digest = hashlib.sha256(f"{_PRUNED} {_BOTOCORE_KEPT} {sorted(libraries)}".encode())
    if libraries:
        digest.update(PINS.read_bytes())
    for path in _files(sources):
        digest.update(os.fsencode(path.relative_to(ROOT)) + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(sources: Iterable[str]) -> Iterator[Path]:
    skipped = {"__pycache__", "rendered", "released", "java"}
    for source in sources:
        origin = ROOT / source
        found = sorted(origin.rglob("*")) if origin.is_dir() else [origin]
        yield from (path for path in found if path.is_file() and not skipped & set(path.parts))
