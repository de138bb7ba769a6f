"""Of Trino's archive only what is wanted is kept, whole; without a Java for it the cure is said."""

import io
import tarfile
from pathlib import Path

import pytest

import trino_server
from steps import SetupError


def archive(path: Path, *, files: dict[str, bytes], links: dict[str, str]) -> Path:
    """Return an archive of files and hard links, all in a folder of their own."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            file = tarfile.TarInfo(f"server/{name}")
            file.size, file.mode = len(content), 0o755
            tar.addfile(file, io.BytesIO(content))
        for name, target in links.items():
            link = tarfile.TarInfo(f"server/{name}")
            link.type, link.linkname = tarfile.LNKTYPE, f"server/{target}"
            tar.addfile(link)
    return path


def test_wanted_files_are_whole_though_they_link_to_unwanted_ones(tmp_path: Path) -> None:
    """Rule: a plugin's jar has its content, wherever in the archive that is; nothing else is written."""
    packed = archive(
        tmp_path / "server.tar.gz",
        files={"bin/launcher": b"run", "lib/a.jar": b"a", "plugin/other/b.jar": b"b", "plugin/other/c.jar": b"c"},
        links={"plugin/iceberg/a.jar": "lib/a.jar", "plugin/iceberg/b.jar": "plugin/other/b.jar"},
    )
    trino_server.unpack(packed, tmp_path / "trino")
    written = {str(path.relative_to(tmp_path / "trino")): path for path in (tmp_path / "trino").rglob("*.*")}
    assert {name: path.read_bytes() for name, path in written.items()} == {
        "lib/a.jar": b"a",
        "plugin/iceberg/a.jar": b"a",
        "plugin/iceberg/b.jar": b"b",
    }
    assert (tmp_path / "trino" / "bin" / "launcher").stat().st_mode & 0o100


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    """Rule: an archive that lost a file is refused."""
    packed = archive(tmp_path / "server.tar.gz", files={}, links={"plugin/iceberg/a.jar": "plugin/other/a.jar"})
    with pytest.raises(SetupError, match=r"does not have: server/plugin/other/a\.jar"):
        trino_server.unpack(packed, tmp_path / "trino")


def test_without_java_the_cure_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a missing Java has a status of its own, and nothing is loaded."""
    monkeypatch.setattr(trino_server, "find_java", lambda _: None)
    assert trino_server.main() == trino_server.NO_JAVA
    assert "Java 24 or newer" in capsys.readouterr().err
