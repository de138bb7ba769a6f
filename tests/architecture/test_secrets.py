"""No key, token or password lies in the repository: detect-secrets' patterns over every tracked file."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.keyword import KeywordDetector

ROOT = Path(__file__).resolve().parents[2]
PINS = ("requirements/", "packaging/edge/requirements.txt", "package-lock.json")
"""Files that consist of digests: they hold nothing else that a person wrote."""
LEFT_OUT = ("IPPublicDetector",)
"""An address is no secret."""
KEYWORDS = re.compile(r"(?i)key|pass|pwd|secret|token|credential|auth|private")
"""What a line must have before the slow detector of assignments looks at it: each of its own words has one of these."""
ACKNOWLEDGED = {
    ("tests/edge/test_doctor.py", "Basic Auth Credentials"): "an invented camera: its password must not be shown",
    ("tests/edge/test_init.py", "Basic Auth Credentials"): "an invented camera: its password must not be written down",
    ("tests/edge/test_live.py", "Basic Auth Credentials"): "an invented camera: its password must not be logged",
    ("tests/infra/stages.py", "Secret Keyword"): "the name of a secret, not the secret",
}


def detectors() -> tuple[BasePlugin, ...]:
    """Return every detector of a pattern that belongs to one provider or form."""
    known: Iterable[type[BasePlugin]] = get_mapping_from_secret_type_to_class().values()
    return tuple(each() for each in known if issubclass(each, RegexBasedDetector) and each.__name__ not in LEFT_OUT)


def tracked() -> list[str]:
    """Return the files that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and not name.startswith(PINS)]


def secrets_in(text: str) -> Iterator[str]:
    """Yield what kind of secret a text seems to have."""
    for detector in detectors():
        if any(True for _ in detector.analyze_string(text)):
            yield detector.secret_type
    assignments = KeywordDetector()
    for line in text.splitlines():
        if KEYWORDS.search(line) and "pragma: allowlist secret" not in line and _is_assigned(assignments, line):
            yield assignments.secret_type


def _is_assigned(detector: KeywordDetector, line: str) -> bool:
    return any(_is_written_out(value) for value in detector.analyze_string(line))


def _is_written_out(value: str) -> bool:
    """Whether it is a value itself: a reference (a call, a blank, a variable, a path) is none."""
    return len(value) >= 6 and not re.search(r"[(){}\[\]<>$…]|^[A-Za-z_.]+$", value)


def test_no_tracked_file_has_a_secret() -> None:
    """What seems to be one is removed and turned, or acknowledged here with the reason why it is none."""
    found = {
        (name, kind)
        for name in tracked()
        if (path := ROOT / name).is_file()
        for kind in secrets_in(path.read_text(errors="ignore"))
    }
    assert found - ACKNOWLEDGED.keys() == set(), "remove it and turn the key, or acknowledge it with a reason"


# Put together here, so that this file itself has none.
PLANTED = (
    "key = 'AKIA" + "Q3EGRIPLTXV4WZ7M'",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "rtsp://admin:" + "hunter2trom@10.0.0.7/live",
    "db_pass" + "word = 'Tr0ub4dor&3x'",
    "gh" + "p_" + "16C7e42F292c6912E7710c838347Ae178B4a",
)


@pytest.mark.parametrize("planted", PLANTED, ids=range(len(PLANTED)))
def test_a_planted_secret_is_found(planted: str) -> None:
    """The search finds what it is for: keys of AWS and git hosts, private keys, passwords."""
    assert list(secrets_in(f"first line\n{planted}\nlast line\n"))


def test_what_is_acknowledged_is_still_there() -> None:
    """A reason for nothing would hide the next finding."""
    seen = {(name, kind) for name, kind in ACKNOWLEDGED if kind in secrets_in((ROOT / name).read_text())}
    assert seen == ACKNOWLEDGED.keys()
