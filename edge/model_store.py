"""Models that are updated on a running box: each by its digest, tried before it counts, and one step back at any time.

    <folder>/<sha256>.onnx     model files, never changed
    <folder>/<sha256>.toml     their cards
    <folder>/installed.json    {"current": …, "previous": …}, replaced whole

A crash at any instant leaves the pointer as it was or as it will be, and both models it names in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge.detector import Detector
from edge.errors import ConfigurationError, Problem
from edge.model_cards import ModelCard, load_card
from edge.model_check import verify

POINTER = "installed.json"
Fetch = Callable[[str, Path], None]
"""Copies what an address names into a file."""


def copy_file(source: str, target: Path) -> None:
    """Fetch a file of this machine.

    Raises:
        ConfigurationError: where there is none.
    """
    if not Path(source).is_file():
        raise _unusable(source, expected="a model file", came="no such file", cure="Give its path.")
    shutil.copyfile(source, target)


class ModelStore:
    """Models in one folder; one process changes it at a time.

    Args:
        folder: Where they lie; it is made.
        step: Called before each step with its name; tests end the process there.
    """

    def __init__(self, folder: Path, *, step: Callable[[str], None] = lambda _name: None) -> None:
        self._folder = folder
        self._step = step

    def install(self, card_path: Path, source: str, *, fetch: Fetch = copy_file) -> ModelCard:
        """Fetch a model, check it by its card, try it, and make it the current one; the one before is kept.

        Args:
            card_path: The card, which names the digest.
            source: What `fetch` understands.
            fetch: Copies the file.

        Raises:
            ConfigurationError: where card or file cannot be used; the current model stays.
        """
        card = load_card(card_path)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{card.sha256}.part"
        self._step("fetch")
        try:
            fetch(source, part)
            self._step("check")
            self._place(card, card_path, part)
        finally:
            part.unlink(missing_ok=True)
        installed = self._card(card.sha256)
        self._step("try")
        self._try(installed)
        names = self._names()
        if names.get("current") != card.sha256:
            self._point({"current": card.sha256, "previous": names.get("current")})
        self._tidy()
        return installed

    def current(self) -> ModelCard:
        """Return the card of the current model; the one before where the current one's file is damaged.

        Raises:
            ConfigurationError: where no model is installed, or none can be used.
        """
        names = self._names()
        problems: list[Problem] = []
        for name in (names.get("current"), names.get("previous")):
            if name:
                try:
                    return self._checked(name)
                except ConfigurationError as error:
                    problems += error.problems
        if problems:
            raise ConfigurationError("installed models", problems)
        cure = "Install one: edge models install CARD.toml FILE.onnx."
        raise _unusable(str(self._folder), expected="an installed model", came="none", cure=cure)

    def rollback(self) -> ModelCard:
        """Make the model before the current one the current one again; once more goes forward again.

        Raises:
            ConfigurationError: where there is none before, or it cannot be used.
        """
        names = self._names()
        previous = names.get("previous")
        if not previous:
            raise _unusable(str(self._folder), expected="a model before this one", came="none", cure="Install one.")
        card = self._checked(previous)
        self._point({"current": previous, "previous": names.get("current")})
        return card

    def _place(self, card: ModelCard, card_path: Path, part: Path) -> None:
        """Put file and card under their digest's name, whole and on the disk."""
        digest = hashlib.sha256(part.read_bytes()).hexdigest()
        if digest != card.sha256:
            cure = "Fetch it again, or correct the card if that is the model you mean."
            raise _unusable(card.name, expected=f"sha256 {card.sha256}", came=digest, cure=cure)
        _sync(part)
        self._step("place file")
        part.replace(self._folder / f"{card.sha256}.onnx")
        self._step("place card")
        _write(self._folder / f"{card.sha256}.toml", card_path.read_text(encoding="utf-8"))

    def _try(self, card: ModelCard) -> None:
        bad = [finding for finding in verify(card, self._folder) if finding.state == "bad"]
        if bad:
            expected = "a model as its card says"
            problems = [Problem(where=each.check, expected=expected, came=each.text, cure=each.cure) for each in bad]
            raise ConfigurationError(f"model {card.name}", problems)

    def _card(self, digest: str) -> ModelCard:
        return replace(load_card(self._folder / f"{digest}.toml"), file=f"{digest}.onnx")

    def _checked(self, digest: str) -> ModelCard:
        card = self._card(digest)
        Detector(card, self._folder)
        return card

    def _names(self) -> dict[str, str | None]:
        try:
            found = json.loads((self._folder / POINTER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {key: found.get(key) for key in ("current", "previous")}

    def _point(self, names: dict[str, str | None]) -> None:
        self._step("point")
        _write(self._folder / POINTER, json.dumps(names))
        self._step("done")

    def _tidy(self) -> None:
        """Remove models that nothing names any more."""
        kept = {name for name in self._names().values() if name}
        for path in [*self._folder.glob("*.onnx"), *self._folder.glob("*.toml")]:
            if path.stem not in kept:
                path.unlink()


def _write(path: Path, text: str) -> None:
    """Replace a file whole."""
    part = path.with_name(f"{path.name}.new")
    part.write_text(text, encoding="utf-8")
    _sync(part)
    part.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(where: str, *, expected: str, came: str, cure: str) -> ConfigurationError:
    return ConfigurationError("models", [Problem(where=where, expected=expected, came=came, cure=cure)])
