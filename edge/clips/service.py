"""Takes requests for clips, cuts them once their time has come, blurs them, and lets them be uploaded."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from av.error import FFmpegError

from contracts.events import Hazard
from edge.clips.blurring import Sightings, write_preview
from edge.clips.recorder import Cut, Recorder, write_mp4
from edge.clips.settings import ClipSettings
from edge.clips.uploads import Clip, UploadQueue
from edge.looks import Look
from edge.streams import TappedPacket

REASONS = ("hazard", "alert", "request")
SLACK_SECONDS = 5.0
"""How much longer packets and sightings are held than a clip reaches back: analysis is behind, keyframes are rare."""
GIVE_UP_SECONDS = 10.0
"""How long after its end a clip waits for packets of a camera that fell silent."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A clip that is to be made."""

    clip_id: str
    camera_id: str
    at_ms: int
    begin_ms: int
    end_ms: int
    reason: str


class ClipService:
    """Clips of one store. `take_packet` and `take_look` are called by the cameras' threads, `step` by one of its own.

    Args:
        store_id: The store.
        device_id: The device.
        camera_ids: Its cameras.
        settings: How clips are made.
        queue: Uploads them.
        requests: Folder in which other programs of this machine leave requests, as JSON files with `camera_id`,
            `at_ms` and `reason`.
        now_ms: The wall clock.
    """

    def __init__(
        self,
        *,
        store_id: str,
        device_id: str,
        camera_ids: Iterable[str],
        settings: ClipSettings,
        queue: UploadQueue,
        requests: Path,
        now_ms: Callable[[], int],
    ) -> None:
        self._ids = (store_id, device_id)
        self._settings = settings
        self._queue = queue
        self._requests = requests
        self._now_ms = now_ms
        seconds = settings.before_seconds + settings.after_seconds + SLACK_SECONDS
        self._recorders = {c: Recorder(seconds=seconds, max_bytes=settings.memory_bytes) for c in camera_ids}
        self._sightings = {camera_id: Sightings(seconds=2 * seconds) for camera_id in self._recorders}
        self._orders: list[Order] = []
        self._lock = threading.Lock()
        self.made = 0
        self.empty = 0
        requests.mkdir(parents=True, exist_ok=True)

    def take_packet(self, packet: TappedPacket) -> None:
        """Keep a packet for some seconds."""
        self._recorders[packet.camera_id].take(packet)

    def take_look(self, look: Look) -> None:
        """Remember where people were; a picture that could not be used says nothing, and is blurred as a whole."""
        if look.frame is not None:
            size = (look.frame.width, look.frame.height) * 2
            boxes = (look.frame.detections.boxes_xyxy / size).tolist()
            self._sightings[look.camera_id].take(look.event_time_ms, [(b[0], b[1], b[2], b[3]) for b in boxes])

    def of_hazard(self, hazard: Hazard, at_ms: int) -> str:
        """Order the clip of a hazard and return its id, for the hazard to bear."""
        return self.order(hazard.camera_id, at_ms, reason="hazard")

    def order(self, camera_id: str, at_ms: int, *, reason: str) -> str:
        """Order a clip and return its id at once. One that was ordered of the same seconds already is shared.

        Raises:
            ValueError: where there is no such camera or reason.
        """
        if camera_id not in self._recorders or reason not in REASONS:
            known = f"a camera of {', '.join(self._recorders)} and a reason of {', '.join(REASONS)}"
            raise ValueError(f"expected {known}, came {camera_id} and {reason}")
        before_ms, after_ms = (round(s * 1_000) for s in (self._settings.before_seconds, self._settings.after_seconds))
        with self._lock:
            for order in self._orders:
                is_near = abs(at_ms - order.at_ms) <= min(before_ms, after_ms) // 2
                if order.camera_id == camera_id and is_near:
                    return order.clip_id
            order = Order(
                clip_id=f"{self._ids[1]}-{secrets.token_hex(8)}",
                camera_id=camera_id,
                at_ms=at_ms,
                begin_ms=at_ms - before_ms,
                end_ms=at_ms + after_ms,
                reason=reason,
            )
            self._orders.append(order)
        return order.clip_id

    def step(self) -> float:
        """Take requests, make one clip whose time has come, upload one; return the seconds to wait. Never fails."""
        self._take_requests()
        order = next(self._due(), None)
        if order is not None:
            try:
                self._make(order)
            except (FFmpegError, OSError, ValueError) as error:
                _log.warning("a clip could not be made: %s", error, extra={"clip_id": order.clip_id})
            with self._lock:
                self._orders.remove(order)
            return 0.0
        return min(1.0, self._queue.step())

    def figures(self) -> dict[str, int]:
        """Return clips by state."""
        with self._lock:
            ordered = len(self._orders)
        return {
            "ordered": ordered,
            "waiting": self._queue.waiting,
            "uploaded": self._queue.uploaded,
            "given_up": self._queue.given_up,
            "empty": self.empty,
        }

    def _due(self) -> Iterator[Order]:
        with self._lock:
            orders = list(self._orders)
        for order in orders:
            has_come = self._recorders[order.camera_id].newest_ms >= order.end_ms
            if has_come or self._now_ms() >= order.end_ms + GIVE_UP_SECONDS * 1_000:
                yield order

    def _make(self, order: Order) -> None:
        cuts = self._recorders[order.camera_id].cut(order.begin_ms, order.end_ms)
        if not cuts:
            self.empty += 1
            _log.warning("nothing is held of a clip's seconds", extra={"clip_id": order.clip_id})
            return
        part = self._queue.begin(order.clip_id)
        files = [path for number, cut in enumerate(cuts, start=1) for path in self._written(part, order, cut, number)]
        store_id, device_id = self._ids
        clip = Clip(
            clip_id=order.clip_id,
            store_id=store_id,
            device_id=device_id,
            camera_id=order.camera_id,
            begin_ms=cuts[0].begin_ms,
            end_ms=cuts[-1].end_ms,
            at_ms=order.at_ms,
            reason=order.reason,
            retention=self._settings.retention,
            files={path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        )
        self._queue.add(clip, part)
        self.made += 1

    def _written(self, part: Path, order: Order, cut: Cut, number: int) -> list[Path]:
        """Write the renditions of a cut; the original does not outlive this where the store does not want it."""
        original, preview = part / f"original-{number}.mp4", part / f"preview-{number}.mp4"
        write_mp4(original, cut.packets)
        write_preview(
            original,
            preview,
            begin_ms=cut.packets[0].capture_ms,
            sightings=self._sightings[order.camera_id],
            height=self._settings.preview_height,
        )
        if self._settings.originals == "always":
            return [original, preview]
        original.unlink()
        return [preview]

    def _take_requests(self) -> None:
        for path in sorted(self._requests.glob("*.json")):
            try:
                wanted = json.loads(path.read_text(encoding="utf-8"))
                clip_id = self.order(wanted["camera_id"], int(wanted["at_ms"]), reason=wanted.get("reason", "request"))
                _log.info("a clip was asked for", extra={"clip_id": clip_id, "request": path.name})
            except (OSError, ValueError, LookupError, TypeError) as error:
                _log.warning("a request for a clip cannot be used: %s", error, extra={"request": path.name})
            path.unlink(missing_ok=True)
