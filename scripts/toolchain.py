"""Finds the tools that come from the operating system, and installs them by apt where it may.

Standard library only, and Python 3.9: this runs before any environment exists.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from steps import Log, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Flink 1.20 runs on 11 and 17, DynamoDB Local 2.6 on 17 and later: 17 is what both run on.
JAVA_RELEASE = 17
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
JAVA_FOLDERS = (Path("/usr/lib/jvm"), Path("/Library/Java/JavaVirtualMachines"))


def provide_system_tools(log: Log, *, jdk_link: Path, maven_link: Path, chromium_link: Path) -> None:
    """Make the links point to a JDK 17, to ``mvn`` and to Chromium, and see that Python has venv.

    Raises:
        SetupError: something is missing and apt cannot be used; the message has the exact command.
    """
    missing = _missing_packages()
    if missing:
        _install(missing, log)
        still_missing = _missing_packages()
        if still_missing:
            raise SetupError(f"apt installed {', '.join(missing)}, yet {', '.join(still_missing)} is not found.")
    link_to(jdk_link, find_jdk())
    link_to(maven_link, _find_maven())
    link_to(chromium_link, find_chromium())


def find_jdk() -> Path | None:
    """Return the home of a JDK 17 (with its compiler): JAVA_HOME first, then PATH, then the usual folders."""
    return next(
        (home for home in _java_homes() if _release_of(home) == JAVA_RELEASE and (home / "bin" / "javac").is_file()),
        None,
    )


def find_java(minimum_release: int) -> Path | None:
    """Return the home of a Java of this release or a later one, looked for as `find_jdk` does; no compiler needed."""
    return next((home for home in _java_homes() if (_release_of(home) or 0) >= minimum_release), None)


def _java_homes() -> Iterator[Path]:
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    java = shutil.which("java")
    if java:
        yield Path(java).resolve().parent.parent
    for folder in JAVA_FOLDERS:
        for home in sorted(folder.glob("*")):
            yield from (home, home / "Contents" / "Home")


def _release_of(home: Path) -> int | None:
    """Return the release of the Java in a folder; None when there is none that runs."""
    release = home / "release"
    if not release.is_file() or not (home / "bin").is_dir():
        return None
    version = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8"), re.MULTILINE)
    return int(version.group(1)) if version else None


def find_chromium() -> Path | None:
    """Return the browser that prints reports and tests pages: Chromium, or Chrome."""
    found = (shutil.which(name) for name in CHROMIUM_NAMES)
    return next((Path(path) for path in found if path), None)


def _find_maven() -> Path | None:
    maven = shutil.which("mvn")
    return Path(maven).resolve() if maven else None


def _missing_packages() -> list[str]:
    has_tool_by_package = {
        "python3-venv": importlib.util.find_spec("ensurepip") is not None,
        f"openjdk-{JAVA_RELEASE}-jdk-headless": find_jdk() is not None,
        "maven": _find_maven() is not None,
        "chromium": find_chromium() is not None,
    }
    return [package for package, has_tool in has_tool_by_package.items() if not has_tool]


def _install(packages: list[str], log: Log) -> None:
    privilege = _privilege()
    if privilege is None or shutil.which("apt-get") is None:
        raise SetupError(
            f"this machine lacks {', '.join(packages)}, and set-up may not install it.\n"
            f"  Run: sudo apt-get update && sudo apt-get install -y {' '.join(packages)}\n"
            f"  (a JDK {JAVA_RELEASE} from elsewhere is found by JAVA_HOME, Chrome by PATH), then run the same command."
        )
    apt = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    log.run([*apt, "update"])
    log.run([*apt, "install", "-y", "--no-install-recommends", *packages])


def _privilege() -> list[str] | None:
    """Return the words before a command that needs root, or None where root is not to be had."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def link_to(link: Path, target: Path | None) -> None:
    """Make `link` point to `target`, whatever was there; raises `SetupError` when there is nothing to point to."""
    if target is None:
        raise SetupError(f"nothing to point {link} to.")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(target)
