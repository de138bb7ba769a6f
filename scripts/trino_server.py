"""Installs Trino into build/trino: the engine that Athena is, as a stand-in for it in tests.

Run from the root of the repository after set-up: ``python3 scripts/trino_server.py``. It is no part of `make setup`,
as it loads 821 MB; `make test-trino` runs it. Standard library only, and Python 3.9, like all of set-up.
"""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from setup import BUILD, TOOLS, carry_out, maven
from steps import Log, SetupError, Step
from toolchain import find_java, link_to

if TYPE_CHECKING:
    from collections.abc import Iterator

# Trino 476 says so itself when it starts on an older one.
JAVA_RELEASE = 24
POM = Path("local/trino_server/pom.xml")
TRINO = BUILD / "trino"
JAVA = TOOLS / "trino-java"
WANTED = ("bin/", "lib/", "plugin/iceberg/")
NO_JAVA = 3


def main() -> int:
    """Install Trino; return 3 after a message when there is no Java for it, else the status of set-up."""
    home = find_java(JAVA_RELEASE)
    if home is None:
        print(
            f"Trino needs Java {JAVA_RELEASE} or newer, and JAVA_HOME, PATH and the usual folders have none: "
            "install one beside the JDK 17, such as Temurin 25 (https://adoptium.net/installation).",
            file=sys.stderr,
        )
        return NO_JAVA
    return carry_out(_steps(home))


def _steps(java_home: Path) -> Iterator[Step]:
    yield Step(
        title="Java for Trino",
        inputs=[],
        outputs=[JAVA / "bin" / "java"],
        run=lambda _: link_to(JAVA, java_home),
        settings=str(java_home),
    )
    yield Step(title="Trino", inputs=[POM, Path(__file__)], outputs=[TRINO / "bin" / "launcher"], run=_install)


def _install(log: Log) -> None:
    """Fetch the whole server, and keep what is wanted of it."""
    archives, partial = TRINO.with_suffix(".archives"), TRINO.with_suffix(".partial")
    for folder in (TRINO, archives, partial):
        shutil.rmtree(folder, ignore_errors=True)
    maven(POM, log, "dependency:copy", f"-DoutputDirectory={archives.resolve()}")
    (archive,) = archives.glob("*.tar.gz")
    unpack(archive, partial)
    shutil.rmtree(archives)
    partial.rename(TRINO)


def unpack(archive: Path, folder: Path) -> None:
    """Write the wanted files of the server below `folder`, without the archive's own first folder.

    The server's plugins share jars by hard links, to wherever a jar comes first: a wanted file can have its content in
    an unwanted one. So the archive is read twice, first for who links to what.

    Raises:
        SetupError: a link leads to nothing.
    """
    paths_by_content = _paths_by_content(archive)
    with tarfile.open(archive, "r|gz") as files:
        for file in files:
            if file.isfile() and (paths := paths_by_content.pop(file.name, None)):
                _write(files, file, [folder / path for path in paths])
    if paths_by_content:
        raise SetupError(f"{archive.name} has links to files that it does not have: {', '.join(paths_by_content)}.")


def _paths_by_content(archive: Path) -> dict[str, list[str]]:
    """Return where to write the content of which file of the archive."""
    paths_by_content: dict[str, list[str]] = {}
    with tarfile.open(archive, "r|gz") as files:
        for file in files:
            path = file.name.partition("/")[2]
            if path.startswith(WANTED) and (file.isfile() or file.islnk()):
                content = file.linkname if file.islnk() else file.name
                paths_by_content.setdefault(content, []).append(path)
    return paths_by_content


def _write(files: tarfile.TarFile, file: tarfile.TarInfo, paths: list[Path]) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    content = files.extractfile(file)
    if content is None:
        raise SetupError(f"{file.name} is no file.")
    with content, paths[0].open("wb") as written:
        shutil.copyfileobj(content, written)
    paths[0].chmod(file.mode)
    for other in paths[1:]:
        os.link(paths[0], other)


if __name__ == "__main__":
    sys.exit(main())
