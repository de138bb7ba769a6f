"""The JDK is picked by its version, not by what happens to be the default."""

from pathlib import Path
from typing import Protocol

import pytest

import toolchain
from steps import Log, SetupError


class PutJdk(Protocol):
    """Puts a JDK on the machine of the test."""

    def __call__(self, name: str, version: str, *, has_compiler: bool = True) -> Path:
        """Return its home."""
        ...


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PutJdk:
    """A machine without any JDK, and a way to put one on it."""
    monkeypatch.setattr(toolchain, "JAVA_FOLDERS", (tmp_path,))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    def put_jdk(name: str, version: str, *, has_compiler: bool = True) -> Path:
        home = tmp_path / name
        (home / "bin").mkdir(parents=True)
        (home / "release").write_text(f'IMPLEMENTOR="Any"\nJAVA_VERSION="{version}"\n')
        if has_compiler:
            (home / "bin" / "javac").touch()
        return home

    return put_jdk


def test_the_right_release_is_found_beside_a_newer_one(machine: PutJdk) -> None:
    """A JDK 25 may be the default."""
    machine("jdk-25", "25")
    wanted = machine("jdk-17", "17.0.15")
    assert toolchain.find_jdk() == wanted


def test_a_runtime_without_a_compiler_is_not_enough(machine: PutJdk) -> None:
    """The jar is compiled here."""
    machine("jre-17", "17.0.15", has_compiler=False)
    assert toolchain.find_jdk() is None


def test_java_home_comes_first(machine: PutJdk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's own choice wins."""
    machine("a-jdk-17", "17.0.1")
    own = machine("own-jdk-17", "17.0.2")
    monkeypatch.setenv("JAVA_HOME", str(own))
    assert toolchain.find_jdk() == own


@pytest.mark.usefixtures("machine")
def test_without_rights_the_exact_command_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One message names everything that is missing, once."""
    monkeypatch.setattr(toolchain, "_privilege", lambda: None)
    with pytest.raises(SetupError, match=r"apt-get install -y openjdk-17-jdk-headless maven chromium"):
        toolchain.provide_system_tools(
            Log(tmp_path / "log"),
            jdk_link=tmp_path / "jdk",
            maven_link=tmp_path / "mvn",
            chromium_link=tmp_path / "chromium",
        )


@pytest.mark.usefixtures("machine")
def test_a_browser_under_another_name_will_do(tmp_path: Path) -> None:
    """Distributions call it differently, and Chrome prints as Chromium does."""
    assert toolchain.find_chromium() is None
    browser = tmp_path / "bin" / "google-chrome"
    browser.parent.mkdir()
    browser.write_text("")
    browser.chmod(0o755)
    assert toolchain.find_chromium() == browser


def test_a_java_of_a_least_release_is_a_newer_one_too(machine: PutJdk) -> None:
    """Trino runs on 24 and later, and compiles nothing."""
    machine("jdk-17", "17.0.15")
    assert toolchain.find_java(24) is None
    wanted = machine("jre-25", "25.0.3", has_compiler=False)
    assert toolchain.find_java(24) == wanted
