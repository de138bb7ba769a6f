"""The command `edge init`: writes a store file that a person can go on with, from a question or two."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args
from zoneinfo import available_timezones

from rich.console import Console

from contracts.events import ZoneKind
from edge.addresses import with_variables
from edge.errors import ConfigurationError, Problem
from edge.stills import Still, take_still
from edge.store_file import MAX_ID_LENGTH, load_store
from edge.visits import VisitSettings

VARIABLE_PREFIX = "CAMERA"
TEMPLATE = """\
# What the cameras of this store watch. `edge zones {file}` draws zones and lines on a picture;
# `edge check {file}` tells everything that is wrong here, with its line.

# Names of the store and of this machine, as they stand in every event. Do not change them later.
store_id = {store_id}
device_id = {device_id}
# A name of the IANA time zone database: a day of the store ends at its midnight.
time_zone = {time_zone}

# When a person counts as in a zone. In milliseconds.
[visits]
# In the zone without a break for this long: a visit. Shorter is passing by.
enter_ms = {enter_ms}
# Out of the zone for this long: the visit is over.
leave_ms = {leave_ms}
# Not seen for this long: the person is gone.
lost_ms = {lost_ms}

# Where events go: a Kinesis stream. Without a network they wait on this machine's disk.
[kinesis]
stream = "inference"
# region = "eu-central-1"

[[cameras]]
camera_id = {camera_id}
# What stands as ${{NAME}} is taken from the environment, so that this file holds no password.
{source_line}
# Size of the picture in pixels in which the zones below are drawn. The camera may change its size later.
width = {width}
height = {height}

# A place on the floor. Kinds: {zone_kinds}.
# A queue or service zone also names its lane: add `[[lanes]]` with `lane_id = "lane-1"` above it.
[[zones]]
zone_id = "floor"
zone_kind = "aisle"
camera_id = {camera_id}
# All that the camera sees. Instead, list corners in pixels: polygon = [[100, 200], [500, 200], [500, 400]]
whole_picture = true

# A line that people cross, such as the entrance. `inside` is a point on the store's side of it.
# [[lines]]
# line_id = "entrance"
# camera_id = {camera_id}
# start = [{start}]
# end = [{end}]
# inside = [{inside}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a store file begins with.

    Attributes:
        source: Address of the camera or path of a video.
        store_id: The store's name in events.
        time_zone: Of the IANA database.
        camera_id: The camera's name.
        width: Of its picture in pixels.
        height: The same.
    """

    source: str
    store_id: str
    time_zone: str
    camera_id: str
    width: int
    height: int

    def problems(self) -> list[Problem]:
        """Return everything that a store file could not hold."""
        found = []
        if self.time_zone not in available_timezones():
            expected, cure = "a time zone such as Europe/London", "Use a name of the IANA time zone database."
            found.append(Problem(where="--time-zone", expected=expected, came=self.time_zone, cure=cure))
        if not 0 < len(self.store_id) <= MAX_ID_LENGTH:
            expected = f"1 to {MAX_ID_LENGTH} characters"
            came = self.store_id or "nothing"
            found.append(Problem(where="--store-id", expected=expected, came=came, cure="Give a short name."))
        return found


def store_text(answers: Answers, *, file: str) -> str:
    """Return a commented store file.

    Raises:
        ConfigurationError: where the answers cannot be used.
    """
    if problems := answers.problems():
        raise ConfigurationError("answers", problems)
    usual = VisitSettings()
    width, height = answers.width, answers.height
    return TEMPLATE.format(
        file=file,
        store_id=_quoted(answers.store_id),
        device_id=_quoted(f"{answers.store_id[: MAX_ID_LENGTH - 5]}-edge"),
        time_zone=_quoted(answers.time_zone),
        camera_id=_quoted(answers.camera_id),
        source_line=f"source = {_quoted(with_variables(answers.source, VARIABLE_PREFIX))}",
        width=width,
        height=height,
        enter_ms=usual.enter_ms,
        leave_ms=usual.leave_ms,
        lost_ms=usual.lost_ms,
        zone_kinds=", ".join(get_args(ZoneKind)),
        start=f"{width // 4}, {height * 3 // 4}",
        end=f"{width * 3 // 4}, {height * 3 // 4}",
        inside=f"{width // 2}, {height // 2}",
    )


def write_store_file(path: Path, text: str, *, force: bool = False) -> None:
    """Write a new store file and check it as `edge check` does.

    Raises:
        ConfigurationError: where there is such a file and `force` is not set, or it cannot be written.
    """
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        cure = "Choose another name, or say --force to lose what is in it."
        raise _unusable(path, expected="a file that is not there yet", came="an existing file", cure=cure) from error
    except OSError as error:
        cure = "Check that its folder exists and may be written."
        raise _unusable(path, expected="a file that can be written", came=type(error).__name__, cure=cure) from error
    load_store(path)


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `edge init` takes."""
    parser.add_argument("store", type=Path, metavar="STORE.toml", help="the store file to write")
    parser.add_argument("--source", metavar="ADDRESS", help="camera (rtsp://…, /dev/video0) or video file")
    parser.add_argument("--store-id", metavar="NAME", help="the store's name in events [the file's name]")
    parser.add_argument("--time-zone", metavar="ZONE", help="such as Europe/London [this machine's]")
    parser.add_argument("--camera-id", default="camera-1", metavar="NAME", help="the camera's name [camera-1]")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--force", action="store_true", help="write over an existing file")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Ask what was not given, look at the camera, write the file."""
    return write_from(options, ask=_ask, still=take_still, local_time_zone=_local_time_zone())


def write_from(
    options: argparse.Namespace,
    *,
    ask: Callable[[str, str], str],
    still: Callable[[str], Still],
    local_time_zone: str,
) -> int:
    """Write the file from options, asking for what is missing unless `--yes`.

    Args:
        options: As `add` names them.
        ask: Takes a question and the usual answer.
        still: Takes a picture of a source.
        local_time_zone: The usual time zone.

    Raises:
        ConfigurationError: where an answer, the camera or the file cannot be used.
    """
    if options.store.exists() and not options.force:
        write_store_file(options.store, "")
    may_ask = ask if not options.yes else (lambda _question, usual: usual)
    source = options.source or may_ask("Camera's address (rtsp://…, /dev/video0) or a video file", "")
    if not source:
        raise _missing_source()
    usual_id = re.sub(r"[^a-z0-9]+", "-", options.store.stem.lower()).strip("-") or "store"
    store_id = options.store_id or may_ask("Store's name, as in every event", usual_id)
    time_zone = options.time_zone or may_ask("Time zone", local_time_zone)
    picture = still(source)
    answers = Answers(
        source=source,
        store_id=store_id,
        time_zone=time_zone,
        camera_id=options.camera_id,
        width=picture.width,
        height=picture.height,
    )
    write_store_file(options.store, store_text(answers, file=options.store.name), force=options.force)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"Written: {options.store}. The camera gives {picture.width} × {picture.height}, {picture.codec}.")
    if "${" in with_variables(source, VARIABLE_PREFIX):
        console.print(f"Set {VARIABLE_PREFIX}_USER and {VARIABLE_PREFIX}_PASSWORD: the file holds no password.")
    console.print(f"Next: edge zones {options.store}")
    return 0


def _ask(question: str, usual: str) -> str:
    if not sys.stdin.isatty():
        return usual
    return input(f"{question}{f' [{usual}]' if usual else ''}: ").strip() or usual


def _local_time_zone() -> str:
    """Return the machine's IANA time zone, UTC where it cannot be told."""
    target = Path("/etc/localtime")
    name = str(target.resolve()).partition("zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"


def _quoted(text: str) -> str:
    # A JSON string of printable text is a TOML string.
    return json.dumps(text, ensure_ascii=False)


def _missing_source() -> ConfigurationError:
    cure = "Give --source ADDRESS."
    problem = Problem(where="--source", expected="a camera's address or a video file", came="nothing", cure=cure)
    return ConfigurationError("command line", [problem])


def _unusable(path: Path, *, expected: str, came: str, cure: str) -> ConfigurationError:
    return ConfigurationError("store file", [Problem(where=str(path), expected=expected, came=came, cure=cure)])
