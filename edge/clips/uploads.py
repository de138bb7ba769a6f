"""Clips that wait to be uploaded: a folder each, until the bucket has all of it; bounded, and safe over a restart."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError

from edge.clips.settings import Retention

INDEX = "clip.json"
PART = ".part"
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0
_log = logging.getLogger(__name__)


class S3Client(Protocol):
    """The one call that is used."""

    def put_object(self, **arguments: Any) -> Any:
        """Put one object."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What is told of a clip, in its `clip.json`.

    Attributes:
        clip_id: Its name, unique in the store.
        store_id: The store.
        device_id: The device.
        camera_id: The camera.
        begin_ms: First instant that is in it, milliseconds since 1970-01-01 UTC.
        end_ms: Last instant.
        at_ms: The instant that it is about.
        reason: 'hazard', 'alert' or 'request'.
        retention: Class by which the bucket removes it.
        files: By name the sha256 of each rendition; several of a kind where the camera's stream broke.
    """

    clip_id: str
    store_id: str
    device_id: str
    camera_id: str
    begin_ms: int
    end_ms: int
    at_ms: int
    reason: str
    retention: Retention
    files: dict[str, str]

    @property
    def prefix(self) -> str:
        """Where its objects lie: under the store's and the device's own prefix."""
        day = datetime.fromtimestamp(self.at_ms / 1_000, UTC)
        return f"{self.store_id}/{self.device_id}/{day:%Y/%m/%d}/{self.clip_id}"


class UploadQueue:
    """Uploads finished clips, oldest first; one thread.

    Args:
        folder: Where clips wait.
        client: S3.
        bucket: The bucket.
        max_bytes: Of all that waits; the oldest clips are given up for newer ones.
        max_age_ms: After how long one is given up.
        now_ms: The wall clock.
    """

    def __init__(
        self,
        folder: Path,
        *,
        client: S3Client,
        bucket: str,
        max_bytes: int,
        max_age_ms: int,
        now_ms: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._client = client
        self._bucket = bucket
        self._max_bytes = max_bytes
        self._max_age_ms = max_age_ms
        self._now_ms = now_ms
        self._failures = 0
        self.uploaded = 0
        self.given_up = 0
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob(f"*{PART}"):
            shutil.rmtree(unfinished, ignore_errors=True)

    @property
    def waiting(self) -> int:
        """Clips that are not uploaded yet."""
        return len(self._clips())

    def begin(self, clip_id: str) -> Path:
        """Return a folder for a clip's files; it counts once `add` is called."""
        part = self._folder / f"{clip_id}{PART}"
        part.mkdir()
        return part

    def add(self, clip: Clip, part: Path) -> None:
        """Let a clip wait; make room first, and last for itself."""
        (part / INDEX).write_text(json.dumps(asdict(clip)), encoding="utf-8")
        part.rename(self._folder / clip.clip_id)
        self._give_up()

    def step(self) -> float:
        """Upload one clip if any waits; return the seconds to wait before the next. Never fails."""
        self._give_up()
        folder = next(iter(self._clips()), None)
        if folder is None:
            return FIRST_WAIT_SECONDS
        try:
            self._upload(folder)
        except (BotoCoreError, ClientError, OSError) as error:
            self._failures += 1
            _log.warning("a clip waits: %s", error)
            return float(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(self._failures - 1, 20)))
        self._failures = 0
        self.uploaded += 1
        shutil.rmtree(folder)
        return 0.0

    def _upload(self, folder: Path) -> None:
        clip = Clip(**json.loads((folder / INDEX).read_text(encoding="utf-8")))
        for name, digest in sorted(clip.files.items()):
            content = (folder / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != digest:
                _log.error("a clip's file was changed on the disk and is not uploaded: %s", name)
                continue
            self._put(clip, name, content, "video/mp4")
        # Last: whoever sees the index finds all that it names.
        self._put(clip, INDEX, (folder / INDEX).read_bytes(), "application/json")

    def _put(self, clip: Clip, name: str, content: bytes, content_type: str) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"{clip.prefix}/{name}",
            Body=content,
            ContentType=content_type,
            ChecksumSHA256=b64encode(hashlib.sha256(content).digest()).decode(),
            ServerSideEncryption="aws:kms",
            Tagging=urlencode({"retention": clip.retention, "reason": clip.reason}),
        )

    def _clips(self) -> list[Path]:
        """Return what waits, oldest first."""
        found = [path for path in self._folder.iterdir() if path.is_dir() and path.suffix != PART]
        return sorted(found, key=lambda path: ((path / INDEX).stat().st_mtime_ns, path.name))

    def _give_up(self) -> None:
        clips = self._clips()
        sizes = {clip: sum(file.stat().st_size for file in clip.iterdir()) for clip in clips}
        total = sum(sizes.values())
        for clip in clips:
            at_ms = int(json.loads((clip / INDEX).read_text(encoding="utf-8"))["at_ms"])
            if total <= self._max_bytes and self._now_ms() - at_ms <= self._max_age_ms:
                continue
            total -= sizes[clip]
            shutil.rmtree(clip)
            self.given_up += 1
            _log.warning("a clip is given up, as there is no room or it is too old: %s", clip.name)
