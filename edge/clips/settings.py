"""What a store file says of clips: its table `[clips]` switches them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from edge.errors import Problem
from edge.toml_file import Table

Retention = Literal["day", "weeks", "months"]
Originals = Literal["never", "always"]
MIB = 1024 * 1024
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSettings:
    """How clips are made and kept.

    Attributes:
        is_on: Whether any packet is kept at all.
        bucket: Where they are uploaded to; without one nothing is kept either.
        before_seconds: How much before the instant.
        after_seconds: How much after it.
        retention: Class by which the bucket's lifecycle removes them.
        originals: Whether the unblurred rendition is uploaded too; 'never' keeps none beyond the memory's seconds.
        preview_height: Of the blurred rendition in pixels.
        memory_bytes: Of the packets held for each camera.
        queue_bytes: Of clips that wait to be uploaded; the oldest go first.
        queue_ms: After how long a waiting clip is given up.
    """

    is_on: bool = False
    bucket: str = ""
    before_seconds: float = 10.0
    after_seconds: float = 10.0
    retention: Retention = "weeks"
    originals: Originals = "never"
    preview_height: int = 360
    memory_bytes: int = 16 * MIB
    queue_bytes: int = 500 * MIB
    queue_ms: int = 72 * HOUR_MS

    def problems(self) -> list[Problem]:
        """Return everything that cannot be, by its key in a store file."""
        least = {
            "before_seconds": (self.before_seconds, 0),
            "after_seconds": (self.after_seconds, 0),
            "preview_height": (self.preview_height, 90),
            "memory_megabytes": (self.memory_bytes / MIB, 1),
            "queue_megabytes": (self.queue_bytes / MIB, 1),
            "queue_hours": (self.queue_ms / HOUR_MS, 1),
        }
        found = [
            Problem(where=f"clips.{key}", expected=f"{limit:g} or more", came=f"{value:g}", cure="Raise it.")
            for key, (value, limit) in least.items()
            if value < limit
        ]
        if self.is_on and not self.bucket:
            cure = 'Add `bucket = "…"`, or remove the table: clips are off without it.'
            found.append(Problem(where="clips.bucket", expected="the name of a bucket", came="none", cure=cure))
        return found


def clip_settings(table: Table) -> ClipSettings:
    """Return the settings of a store file's table `[clips]`; note what is wrong in it."""
    table.only(
        "bucket", "before_seconds", "after_seconds", "retention", "originals", "preview_height",
        "memory_megabytes", "queue_megabytes", "queue_hours",
    )  # fmt: skip
    usual = ClipSettings()
    retention = table.choice("retention", get_args(Retention)) if "retention" in table.values else None
    originals = table.choice("originals", get_args(Originals)) if "originals" in table.values else None
    settings = ClipSettings(
        is_on=table.is_given,
        bucket=table.get_or("bucket", usual.bucket),
        before_seconds=table.get_or("before_seconds", usual.before_seconds),
        after_seconds=table.get_or("after_seconds", usual.after_seconds),
        retention=cast("Retention", retention or usual.retention),
        originals=cast("Originals", originals or usual.originals),
        preview_height=table.get_or("preview_height", usual.preview_height),
        memory_bytes=table.get_or("memory_megabytes", usual.memory_bytes // MIB) * MIB,
        queue_bytes=table.get_or("queue_megabytes", usual.queue_bytes // MIB) * MIB,
        queue_ms=table.get_or("queue_hours", usual.queue_ms // HOUR_MS) * HOUR_MS,
    )
    table.problems.add_all(settings.problems())
    return settings
