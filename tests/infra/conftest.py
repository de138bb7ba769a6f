"""The templates, made once a session: CDK's start takes longer than all that is asked of them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings
from tests.infra import stages


@dataclass(frozen=True, slots=True)
class Synthesized:
    """What one stage became.

    Attributes:
        settings: of the stage.
        folder: of the templates.
        seconds: that loading CDK, building, writing and checking by cdk-nag took.
    """

    settings: Settings
    folder: Path
    seconds: float

    def resources(self, kind: str = "") -> dict[str, dict[str, Any]]:
        """Return resources of all stacks by `stack/logical id`; of one type, or all."""
        return {
            f"{path.name.removesuffix('.template.json')}/{logical_id}": resource
            for path in self.templates
            for logical_id, resource in json.loads(path.read_text())["Resources"].items()
            if not kind or resource["Type"] == kind
        }

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of every resource of a type."""
        return [resource.get("Properties", {}) for resource in self.resources(kind).values()]

    @property
    def templates(self) -> list[Path]:
        """The templates' files."""
        return sorted(self.folder.glob("*.template.json"))


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Return the stage with everything on."""
    return _synthesized(stages.full(), tmp_path_factory)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Return the stage with as little as can be."""
    return _synthesized(stages.small(), tmp_path_factory)


@pytest.fixture(params=["full", "small"])
def synthesized(request: pytest.FixtureRequest) -> Synthesized:
    """Return both stages, one after the other."""
    stage: Synthesized = request.getfixturevalue(request.param)
    return stage


def _synthesized(settings: Settings, folders: pytest.TempPathFactory) -> Synthesized:
    from infra.app import build_app  # noqa: PLC0415 - seconds, which tests without templates need not wait
    from infra.bundle import Bundler  # noqa: PLC0415

    started = time.monotonic()
    folder = folders.mktemp(settings.stage)
    build_app(settings, bundler=Bundler(folders.mktemp("bundles"), "sources only"), out=folder).synth()
    return Synthesized(settings, folder, time.monotonic() - started)
