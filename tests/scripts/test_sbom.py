"""The bill of materials: complete, by digest, valid CycloneDX, and the same from the same inputs."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import sbom

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Lay down a small project: one pin, one package of Node, a jar with one library, a model."""
    for name in sbom.REQUIREMENTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"six==1.17.0 ; python_version > '3' \\\n    --hash=sha256:{'a' * 64}\n")
    integrity = f"sha512-{base64.b64encode(b'x' * 64).decode()}"
    packages = {"": {}, "node_modules/@types/node": {"version": "24.0.0", "integrity": integrity}}
    (tmp_path / sbom.LOCK).write_text(json.dumps({"packages": packages}))
    (tmp_path / sbom.JAR).parent.mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / sbom.JAR, "w") as archive:
        archive.writestr("META-INF/maven/org.x/lib/pom.properties", "# c\ngroupId=org.x\nartifactId=lib\nversion=1.2\n")
    card = f'name = "Net"\nfile = "net.onnx"\nsha256 = "{"b" * 64}"\nlicence = "Apache-2.0"\norigin = "somebody"\n'
    (tmp_path / sbom.MODELS).mkdir(parents=True)
    (tmp_path / sbom.MODELS / "net.toml").write_text(card)
    return tmp_path


def bill(checkout: Path) -> str:
    """Return the bill of a project."""
    return sbom.bill_of_materials(sbom.all_components(checkout))


def test_each_kind_of_material_is_named_with_its_digest(checkout: Path) -> None:
    """A pin that three files share is there once; the jar tells its libraries; a model has its card's digest."""
    told = {each["bom-ref"]: each for each in json.loads(bill(checkout))["components"]}
    jar_digest = hashlib.sha256((checkout / sbom.JAR).read_bytes()).hexdigest()
    assert told.keys() == {
        "pkg:pypi/six@1.17.0",
        "pkg:npm/%40types/node@24.0.0",
        "pkg:maven/org.x/lib@1.2",
        sbom.JAR,
        "model/net.onnx",
    }
    assert told["pkg:pypi/six@1.17.0"]["hashes"][0]["content"] == "a" * 64
    assert told["pkg:npm/%40types/node@24.0.0"]["hashes"][0] == {"alg": "SHA-512", "content": "78" * 64}
    assert told[sbom.JAR]["hashes"][0]["content"] == jar_digest
    assert told["model/net.onnx"]["hashes"][0]["content"] == "b" * 64


def test_the_same_inputs_give_the_same_bill(checkout: Path) -> None:
    """No time and no chance is in it, so that two bills can be compared."""
    assert bill(checkout) == bill(checkout)


def test_the_bill_is_valid(checkout: Path) -> None:
    """By the schema of CycloneDX 1.6."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill(checkout)) is None


def test_a_pin_without_digest_is_refused(checkout: Path) -> None:
    """What cannot be checked cannot be listed as checked."""
    (checkout / sbom.REQUIREMENTS[0]).write_text("six==1.17.0\n")
    with pytest.raises(sbom.MaterialsError, match="expected digests of six"):
        bill(checkout)


def test_a_missing_jar_is_told(checkout: Path) -> None:
    """With the cure."""
    (checkout / sbom.JAR).unlink()
    with pytest.raises(sbom.MaterialsError, match="make setup builds it"):
        bill(checkout)


def test_all_that_is_pinned_is_listed() -> None:
    """Of this project: every pin of every file, every package of Node, every model."""
    told = {each.bom_ref.value for name in sbom.REQUIREMENTS for each in sbom.python_components(ROOT / name, name)}
    pins = {line.split(" ")[0] for name in sbom.REQUIREMENTS for line in (ROOT / name).read_text().splitlines()}
    assert len(told) >= len({pin for pin in pins if "==" in pin}) > 100
    assert len(list(sbom.model_components(ROOT / sbom.MODELS, sbom.MODELS))) == 3
    assert len(list(sbom.node_components(ROOT / sbom.LOCK, sbom.LOCK))) > 5
