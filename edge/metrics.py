"""What the edge tells about itself: figures for Prometheus, its state for whoever supervises it, logs as JSON lines."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TextIO
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pythonjsonlogger.json import JsonFormatter

PREFIX = "store_traffic_edge"
LOCAL_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFigures:
    """How one camera does; counts are since the start.

    Attributes:
        state: One of `contracts.events.CameraState`.
        is_moved: Whether its picture shows another scene than when its zones were drawn.
        frames: Pictures that were analysed.
        dropped: Pictures left out on purpose, as the analysis was still at an older one.
        too_late: Analysed pictures that came too late for their place among the other cameras'.
        decode_errors: Packets or pictures that could not be decoded.
        reconnects: How often the camera was lost.
        inference_seconds: Time spent in detectors.
        people: Tracks in the newest picture.
    """

    state: str
    is_moved: bool = False
    frames: int = 0
    dropped: int = 0
    too_late: int = 0
    decode_errors: int = 0
    reconnects: int = 0
    inference_seconds: float = 0.0
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the whole edge does at one instant.

    Attributes:
        cameras: By camera.
        events: Events made since the start, by kind.
        spooled: Events that wait to be sent.
        oldest_spooled_seconds: How long the oldest has waited.
        sent: Events that Kinesis has confirmed since the start.
        lost: Events given up since the spool was made, by kind.
        candidates: Hazards told since the start, by label.
        clips: Clips by state.
    """

    cameras: Mapping[str, CameraFigures]
    events: Mapping[str, int] = field(default_factory=dict)
    spooled: int = 0
    oldest_spooled_seconds: float = 0.0
    sent: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    candidates: Mapping[str, int] = field(default_factory=dict)
    clips: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_healthy(self) -> bool:
        """Whether every camera gives usable pictures."""
        return all(camera.state == "ok" for camera in self.cameras.values())


_CAMERA_COUNTERS = {
    "frames": "Pictures analysed",
    "dropped": "Pictures left out on purpose: the analysis was still at an older one",
    "too_late": "Analysed pictures that came too late for their place among the other cameras'",
    "decode_errors": "Packets or pictures that could not be decoded",
    "reconnects": "Times the camera was lost",
    "inference_seconds": "Time spent in detectors",
}
_BY_LABEL = {
    "events": ("kind", "Events made"),
    "lost": ("kind", "Events given up, as the spool was full or they were too old"),
    "candidates": ("label", "Hazard candidates told"),
}


class _Collector(Collector):
    """Renders the figures of the instant at which it is asked."""

    def __init__(self, figures: Callable[[], Figures]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """Yield every figure."""
        figures = self._figures()
        yield from _camera_metrics(figures.cameras)
        for name, (label, doc) in _BY_LABEL.items():
            yield _counter(name, doc, label, getattr(figures, name))
        yield GaugeMetricFamily(f"{PREFIX}_spooled_events", "Events that wait to be sent", value=figures.spooled)
        age = figures.oldest_spooled_seconds
        yield GaugeMetricFamily(f"{PREFIX}_oldest_spooled_seconds", "How long the oldest has waited", value=age)
        yield CounterMetricFamily(f"{PREFIX}_sent_events", "Events that Kinesis has confirmed", value=figures.sent)
        clips = GaugeMetricFamily(f"{PREFIX}_clips", "Clips by state", labels=["state"])
        for state, count in figures.clips.items():
            clips.add_metric([state], count)
        yield clips


def _camera_metrics(cameras: Mapping[str, CameraFigures]) -> Iterator[Metric]:
    for name, doc in _CAMERA_COUNTERS.items():
        values = {camera_id: getattr(camera, name) for camera_id, camera in cameras.items()}
        yield _counter(f"camera_{name}", doc, "camera", values)
    gauges: dict[str, tuple[str, Callable[[CameraFigures], float]]] = {
        "camera_up": ("Whether the camera gives usable pictures", lambda camera: camera.state == "ok"),
        "camera_moved": ("Whether the camera looks at another scene than before", lambda camera: camera.is_moved),
        "camera_people": ("People in the newest picture", lambda camera: camera.people),
    }
    for name, (doc, value) in gauges.items():
        gauge = GaugeMetricFamily(f"{PREFIX}_{name}", doc, labels=["camera"])
        for camera_id, camera in cameras.items():
            gauge.add_metric([camera_id], value(camera))
        yield gauge


def _counter(name: str, doc: str, label: str, values: Mapping[str, float]) -> CounterMetricFamily:
    counter = CounterMetricFamily(f"{PREFIX}_{name}", doc, labels=[label])
    for key, value in values.items():
        counter.add_metric([key], value)
    return counter


class StatusServer:
    """Answers `/metrics` and `/healthz` on a thread of its own while its block runs.

    `/healthz` is 200 while the edge is alive: a camera that is down is told in its text and does not get the edge
    restarted, since that would mend nothing.

    Args:
        figures: Gives the figures of now.
        port: 0 takes a free one.
        host: The address to listen at; by default nobody else in the store's network is answered.
    """

    def __init__(self, figures: Callable[[], Figures], *, port: int, host: str = LOCAL_HOST) -> None:
        registry = CollectorRegistry()
        registry.register(_Collector(figures))
        self._figures = figures
        self._metrics = make_wsgi_app(registry)
        self._server: WSGIServer = make_server(host, port, self._answer, handler_class=_Silent)
        self._thread = threading.Thread(target=self._server.serve_forever, name="status", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_port)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environment.get("PATH_INFO")
        if path == "/metrics":
            metrics: Iterable[bytes] = self._metrics(environment, start_response)
            return metrics
        if path == "/healthz":
            return _json(start_response, "200 OK", self._state())
        return _json(start_response, "404 Not Found", {"error": f"expected /metrics or /healthz, came {path}"})

    def _state(self) -> dict[str, Any]:
        figures = self._figures()
        cameras = {camera_id: camera.state for camera_id, camera in figures.cameras.items()}
        return {"healthy": figures.is_healthy, "cameras": cameras, "spooled": figures.spooled}


def _json(start_response: Callable[..., Any], status: str, content: Mapping[str, Any]) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(content).encode() + b"\n"]


class _Silent(WSGIRequestHandler):
    """Says nothing about each request: a scrape every few seconds is no news."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class has it so
        """Say nothing."""


def log_as_json(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Send all logs to a stream as JSON lines: `time`, `level`, `logger`, `message`, and what the caller adds."""
    handler = logging.StreamHandler(stream)
    renamed = {"asctime": "time", "levelname": "level", "name": "logger"}
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=renamed))
    logging.basicConfig(level=level, handlers=[handler], force=True)
