"""The files with which a store installs the edge. Building the wheel takes some seconds."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging" / "edge"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what it is made of."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("contracts", "design", "edge"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (PACKAGING / "pyproject.toml", ROOT / "LICENSE"):
        shutil.copy(file, folder)
    build = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, "out"], cwd=folder, check=True, capture_output=True, timeout=120)
    (built,) = (folder / "out").glob("*.whl")
    return built


def test_the_wheel_holds_the_edge_and_nothing_else_of_ours(wheel: Path) -> None:
    """The wheel holds the edge and nothing else of ours."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "contracts", "design", "edge", "store_traffic_edge-0.1.0.dist-info",
    }  # fmt: skip
    for needed in ("edge/models/yolox-nano.toml", "edge/zone_editor/static/page.html", "design/tokens.json"):
        assert needed in names
    assert not [name for name in names if name.endswith((".onnx", ".mp4"))]


def test_it_runs_from_an_empty_folder_with_only_the_wheel_on_the_path(wheel: Path, tmp_path: Path) -> None:
    """It runs from an empty folder with only the wheel on the path."""
    # -P and -I keep the repository's own packages out; the installed libraries stay.
    program = (
        "import sys, runpy; sys.path = [p for p in sys.path if p != sys.argv[2]]; sys.path.insert(0, sys.argv[1]); "
        "import edge; assert edge.__file__.startswith(sys.argv[1]), edge.__file__; "
        "sys.argv = ['edge', '--help']; runpy.run_module('edge', run_name='__main__')"
    )
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [sys.executable, "-I", "-c", program, str(unpacked), str(ROOT)]
    done = subprocess.run(command, cwd=empty, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "COMMAND" in done.stdout


def test_the_requirements_are_all_that_the_edge_imports() -> None:
    """The requirements are all that the edge imports."""
    asked = {line for line in (PACKAGING / "requirements.in").read_text().splitlines() if line and line[0] != "#"}
    distributions = {
        "cv2": "opencv-python-headless", "prometheus_client": "prometheus-client",
        "pythonjsonlogger": "python-json-logger", "botocore": "boto3",
    }  # fmt: skip
    files = [*(ROOT / "edge").rglob("*.py"), *(ROOT / "contracts").rglob("*.py"), *(ROOT / "design").rglob("*.py")]
    found = {name for file in files for name in re.findall(r"^(?:import|from) (\w+)", file.read_text(), re.MULTILINE)}
    others = found - set(sys.stdlib_module_names) - {"contracts", "design", "edge"}
    assert {distributions.get(name, name) for name in others} <= asked


def _instructions() -> list[tuple[str, str]]:
    lines = re.sub(r"\\\n", " ", (PACKAGING / "Containerfile").read_text()).splitlines()
    return [(line.split()[0], line.partition(" ")[2]) for line in lines if line.strip() and not line.startswith("#")]


def test_the_container_runs_as_nobody_in_particular_and_tells_its_health() -> None:
    """The container runs as nobody in particular and tells its health."""
    instructions = _instructions()
    known = {
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
        "VOLUME",
        "HEALTHCHECK",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    }
    assert {name for name, _ in instructions} <= known
    assert [name for name, _ in instructions].count("FROM") == 2
    values = dict(instructions)
    assert values["USER"] == "10001:10001"
    assert values["VOLUME"] == "/var/lib/store-traffic"
    assert "http://127.0.0.1:9464/healthz" in values["HEALTHCHECK"]


def test_what_the_container_copies_is_there() -> None:
    """What the container copies is there."""
    for name, rest in _instructions():
        if name == "COPY" and "--from" not in rest:
            assert all((ROOT / each).exists() for each in rest.split()[:-1]), rest


def test_the_greengrass_recipe_has_the_documented_fields() -> None:
    """The Greengrass recipe has the documented fields."""
    recipe: dict[str, Any] = yaml.safe_load((PACKAGING / "greengrass.yaml").read_text())
    # AWS IoT Greengrass V2 component recipe reference.
    assert recipe["RecipeFormatVersion"] == "2020-01-25"
    fields = {
        "RecipeFormatVersion", "ComponentName", "ComponentVersion", "ComponentType", "ComponentDescription",
        "ComponentPublisher", "ComponentConfiguration", "ComponentDependencies", "Manifests", "Lifecycle",
    }  # fmt: skip
    assert recipe.keys() <= fields
    assert re.fullmatch(r"[a-zA-Z0-9-_.]{1,128}", recipe["ComponentName"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", recipe["ComponentVersion"])
    assert recipe["ComponentDependencies"]["aws.greengrass.TokenExchangeService"]["DependencyType"] == "HARD"
    (manifest,) = recipe["Manifests"]
    assert manifest.keys() <= {"Name", "Platform", "Lifecycle", "Selections", "Artifacts"}
    assert manifest["Lifecycle"].keys() <= {"Setenv", "Install", "Startup", "Run", "Shutdown", "Recover", "Bootstrap"}
    assert {"Install", "Run", "Shutdown"} <= manifest["Lifecycle"].keys()
    for artifact in manifest["Artifacts"]:
        assert artifact.keys() <= {"Uri", "Unarchive", "Permission", "Digest", "Algorithm"}
        assert artifact["Uri"].startswith("s3://")
    configured = recipe["ComponentConfiguration"]["DefaultConfiguration"]
    for name in re.findall(r"\{configuration:/(\w+)\}", str(manifest)):
        assert name in configured
    for step in ("Install", "Run", "Shutdown"):
        script = re.sub(r"\{[\w:/]+\}", "x", manifest["Lifecycle"][step]["Script"])
        subprocess.run(["sh", "-n"], input=script, text=True, check=True, timeout=10)


def test_the_service_is_one_that_systemd_accepts(tmp_path: Path) -> None:
    """The service is one that systemd accepts."""
    text = (PACKAGING / "store-traffic-edge.service").read_text()
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(text)
    assert unit["Service"]["DynamicUser"] == "yes"
    assert unit["Service"]["ProtectSystem"] == "strict"
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine: install systemd to check the unit itself")
    copy = tmp_path / "store-traffic-edge.service"
    copy.write_text(text.replace("/opt/edge/bin/edge run", "/bin/true run"))
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], check=False, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert "store-traffic-edge.service" not in done.stderr, done.stderr
