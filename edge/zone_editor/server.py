"""Serves the zone editor to browsers on this machine, and to nobody else."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, cast, get_args
from urllib.parse import parse_qs, urlsplit

from contracts.events import ZoneKind
from edge.errors import ConfigurationError, Problem
from edge.stills import Still
from edge.store_file import LANE_KINDS, WHOLE_PICTURE
from edge.zone_editor.drawing import Drawing, DrawnStore, PlacedProblem, parse_drawing
from edge.zone_editor.trial import Finder, TrialFrame, to_jpeg, try_zones
from edge.zones import Zone

HOST = "127.0.0.1"
LONGEST_BODY_BYTES = 1_000_000
LONGEST_TRIAL_SECONDS = 30.0
TRIAL_FRAMES_PER_SECOND = 2.0
PAGES = {
    "": ("page.html", "text/html; charset=utf-8"),
    "editor.css": ("editor.css", "text/css; charset=utf-8"),
    "editor.js": ("editor.js", "text/javascript; charset=utf-8"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    body: bytes
    kind: str = "application/json"
    status: HTTPStatus = HTTPStatus.OK


@dataclass(slots=True, kw_only=True)
class ZoneEditor:
    """The editor without its server: what each request gives.

    Attributes:
        store: The file that is edited.
        still: Takes a picture of a camera, by its id.
        pictures: Gives so many seconds of a camera's pictures at a rate: camera id, seconds, frames a second.
        finder: Makes the detector, when it is first needed.
        threshold: Score from which a box is taken for a person.
        tokens_css: The design tokens as CSS variables.
    """

    store: DrawnStore
    still: Callable[[str], Still]
    pictures: Callable[[str, float, float], Iterable[Still]]
    finder: Callable[[], Finder]
    threshold: float
    tokens_css: str
    _finder: Finder | None = None
    _stills: dict[str, bytes] = field(default_factory=dict)
    _trial: list[TrialFrame] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, query: Mapping[str, str]) -> Answer | None:
        """Return what a path below the token gives; None where there is nothing."""
        if name in PAGES:
            file, kind = PAGES[name]
            return Answer(body=files("edge.zone_editor").joinpath("static", file).read_bytes(), kind=kind)
        if name == "tokens.css":
            return Answer(body=self.tokens_css.encode(), kind="text/css; charset=utf-8")
        if name == "state":
            return _json(self._state())
        if name == "frame":
            return self._frame(query.get("camera", ""), is_new="again" in query)
        if name == "trial":
            return self._trial_picture(query.get("frame", ""))
        return None

    def post(self, name: str, values: Any) -> Answer | None:
        """Do what a path below the token asks for; None where there is nothing."""
        if name not in ("check", "save", "trial"):
            return None
        try:
            with self._lock:
                drawing = parse_drawing(values.get("drawing") if isinstance(values, dict) else None)
                if name == "trial":
                    return self._try(drawing, values)
                problems = self.store.check(drawing) if name == "check" else self.store.save(drawing)
        except ConfigurationError as error:
            problems = [PlacedProblem(key=None, text=str(problem)) for problem in error.problems]
        except OSError as error:
            text = f"The store file could not be written: {error.strerror}. Check the folder's rights and free space."
            problems = [PlacedProblem(key=None, text=text)]
        return _json({"problems": [asdict(each) for each in problems], "state": None if problems else self._state()})

    def _state(self) -> dict[str, Any]:
        store = self.store.store
        return {
            "store_id": store.store_id,
            "cameras": [asdict(camera) for camera in store.cameras],
            "zone_kinds": get_args(ZoneKind),
            "lane_kinds": LANE_KINDS,
            "lane_ids": store.lane_ids,
            "drawing": asdict(self.store.drawing()),
        }

    def _frame(self, camera_id: str, *, is_new: bool) -> Answer:
        try:
            with self._lock:
                if is_new or camera_id not in self._stills:
                    self._stills[camera_id] = to_jpeg(self.still(camera_id).picture)
                return Answer(body=self._stills[camera_id], kind="image/jpeg")
        except ConfigurationError as error:
            return _json({"problems": [str(problem) for problem in error.problems]}, HTTPStatus.BAD_GATEWAY)

    def _try(self, drawing: Drawing, values: Mapping[str, Any]) -> Answer:
        camera_id = str(values.get("camera_id"))
        seconds = values.get("seconds")
        if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_TRIAL_SECONDS:
            expected = f"more than 0, at most {LONGEST_TRIAL_SECONDS:g} seconds"
            problem = Problem(where="seconds", expected=expected, came=str(seconds), cure="Change it.")
            raise ConfigurationError("trial", [problem])
        if self._finder is None:
            self._finder = self.finder()
        zones = [_zone(zone) for zone in drawing.zones if zone.camera_id == camera_id]
        pictures = self.pictures(camera_id, float(seconds), TRIAL_FRAMES_PER_SECOND)
        self._trial = try_zones(pictures, self._finder, [zone for zone in zones if zone.polygon], self.threshold)
        frames = [{name: getattr(frame, name) for name in ("seconds", "boxes", "feet", "counts")}
                  for frame in self._trial]  # fmt: skip
        return _json({"problems": [], "frames": frames})

    def _trial_picture(self, number: str) -> Answer | None:
        if number.isdecimal() and int(number) < len(self._trial):
            return Answer(body=self._trial[int(number)].jpeg, kind="image/jpeg")
        return None


def _zone(drawn: Any) -> Zone:
    polygon = WHOLE_PICTURE if drawn.polygon is None else drawn.polygon
    kind = cast("ZoneKind", drawn.zone_kind)
    return Zone(zone_id=drawn.zone_id, zone_kind=kind, camera_id=drawn.camera_id, polygon=polygon)


def _json(values: Any, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(body=json.dumps(values).encode(), status=status)


class EditorServer(ThreadingHTTPServer):
    """Listens on this machine only; every address holds a secret that only the person who started it knows.

    Args:
        editor: What answers.
        token: The secret.
        port: 0 takes a free one.
    """

    daemon_threads = True

    def __init__(self, editor: ZoneEditor, *, token: str, port: int = 0) -> None:
        self.editor = editor
        self.token = token
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    server: EditorServer
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        name = self._allowed_name()
        query = {key: values[-1] for key, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()}
        self._send(None if name is None else self.server.editor.get(name, query))

    def do_POST(self) -> None:
        name = self._allowed_name()
        length = self.headers.get("Content-Length", "")
        is_json = self.headers.get("Content-Type", "").partition(";")[0].strip() == "application/json"
        if name is None or not is_json or not length.isdecimal() or int(length) > LONGEST_BODY_BYTES:
            self.close_connection = True
            self._send(None)
            return
        try:
            values = json.loads(self.rfile.read(int(length)))
        except ValueError:
            self._send(None)
            return
        self._send(self.server.editor.post(name, values))

    def _allowed_name(self) -> str | None:
        """Return the path below the token; None for whoever does not know it, or was sent here by another site."""
        here = (f"{HOST}:{self.server.server_port}", f"localhost:{self.server.server_port}")
        origin = self.headers.get("Origin")
        token, slash, name = urlsplit(self.path).path.lstrip("/").partition("/")
        is_known = hmac.compare_digest(token.encode(), self.server.token.encode())
        # A name that another site points at this machine would make its scripts ours: only our own names count.
        is_here = self.headers.get("Host") in here and (origin is None or urlsplit(origin).netloc in here)
        return name if is_known and is_here and slash else None

    def _send(self, answer: Answer | None) -> None:
        sent = answer or Answer(body=b"not found", kind="text/plain", status=HTTPStatus.NOT_FOUND)
        self.send_response(sent.status)
        for key, value in {**HEADERS, "Content-Type": sent.kind, "Content-Length": str(len(sent.body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(sent.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
        """Stay silent: addresses hold the secret."""
