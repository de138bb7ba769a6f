"""Writes what the product is made of, as CycloneDX: Python, Node and Java libraries by digest, and the models.

Unlike the set-up, this runs in `.venv`: `make sbom`. The same inputs give the same file.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import tomllib
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ("requirements/project.txt", "requirements/flink.txt", "packaging/edge/requirements.txt")
LOCK = "package-lock.json"
JAR = "build/jar/store-traffic.jar"
MODELS = "edge/models"
OUT = "dist/store-traffic-sbom.cdx.json"
USAGE_ERROR = 2
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class MaterialsError(ValueError):
    """Something that belongs into the bill is missing or has no digest."""


def python_components(path: Path, name: str) -> Iterator[Component]:
    """Yield the libraries of a file of pins, each with the digests of its archives.

    Raises:
        MaterialsError: a pin has no digest.
    """
    for pin in path.read_text().replace("\\\n", " ").splitlines():
        if found := _REQUIREMENT.match(pin):
            digests = _HASH.findall(pin)
            if not digests:
                raise MaterialsError(f"{name}: expected digests of {found[1]}, came none; make pins writes them")
            yield _component("pypi", found[1], found[2], name, [_sha256(digest) for digest in digests])


def node_components(path: Path, name: str) -> Iterator[Component]:
    """Yield the packages of a `package-lock.json`."""
    for place, package in json.loads(path.read_text())["packages"].items():
        if place:
            group, _, short = place.rpartition("node_modules/")[2].rpartition("/")
            algorithm, _, digest = package["integrity"].partition("-")
            if algorithm != "sha512":
                raise MaterialsError(f"{name}: expected sha512 of {place}, came {algorithm}; run npm install anew")
            hashed = HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex())
            yield _component("npm", short, package["version"], name, [hashed], group=group)


def java_components(jar: Path, name: str) -> Iterator[Component]:
    """Yield the jar, and the libraries that it says are in it (`META-INF/maven/**/pom.properties`).

    Raises:
        MaterialsError: there is no jar.
    """
    if not jar.exists():
        raise MaterialsError(f"expected the jar in {name}, came no such file; make setup builds it")
    digest = sha256(jar.read_bytes()).hexdigest()
    yield Component(name="store-traffic.jar", type=ComponentType.FILE, bom_ref=JAR, hashes=[_sha256(digest)])
    with zipfile.ZipFile(jar) as archive:
        for entry in sorted(archive.namelist()):
            if entry.startswith("META-INF/maven/") and entry.endswith("/pom.properties"):
                told = _properties(archive.read(entry).decode())
                yield _component("maven", told["artifactId"], told["version"], name, [], group=told["groupId"])


def model_components(folder: Path, name: str) -> Iterator[Component]:
    """Yield the models of the cards: file, digest, licence, origin."""
    for path in sorted(folder.glob("*.toml")):
        card = tomllib.loads(path.read_text())
        yield Component(
            name=card["file"],
            type=ComponentType.MACHINE_LEARNING_MODEL,
            bom_ref=f"model/{card['file']}",
            description=f"{card['name']}, {card['origin']}",
            hashes=[_sha256(card["sha256"])],
            licenses=[LicenseExpression(card["licence"])],
            properties=[Property(name="store-traffic:from", value=f"{name}/{path.name}")],
        )


def all_components(root: Path) -> Iterator[Component]:
    """Yield everything, as often as it is named."""
    for name in REQUIREMENTS:
        yield from python_components(root / name, name)
    yield from node_components(root / LOCK, LOCK)
    yield from java_components(root / JAR, JAR)
    yield from model_components(root / MODELS, MODELS)


def bill_of_materials(components: Iterable[Component]) -> str:
    """Return CycloneDX 1.6 as JSON: sorted, without a time, its serial number made of what it says."""
    bom = Bom(components=_once(components))
    product = Component(name="store-traffic", type=ComponentType.APPLICATION, bom_ref="store-traffic")
    bom.metadata.component = product
    bom.register_dependency(product, bom.components)
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    del told["metadata"]["timestamp"], told["serialNumber"]
    told["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(told, sort_keys=True))}"
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def _once(components: Iterable[Component]) -> list[Component]:
    """Leave out a library that a file before named in the same version."""
    first: dict[str, Component] = {}
    for component in components:
        first.setdefault(str(component.bom_ref.value), component)
    return list(first.values())


def _component(
    kind: str, name: str, version: str, origin: str, hashes: list[HashType], *, group: str | None = None
) -> Component:
    url = PackageURL(type=kind, namespace=group or None, name=name, version=version)
    return Component(
        name=name,
        group=group or None,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=url.to_string(),
        hashes=hashes,
        properties=[Property(name="store-traffic:from", value=origin)],
    )


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)


def _properties(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def main(arguments: list[str] | None = None) -> int:
    """Write the bill; returns 0, or 2 where something is missing."""
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / OUT, help="file to write")
    options = parser.parse_args(arguments)
    try:
        told = bill_of_materials(all_components(ROOT))
    except MaterialsError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(told)
    print(
        f"{options.out}: {len(json.loads(told)['components'])} components, sha256 {sha256(told.encode()).hexdigest()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
