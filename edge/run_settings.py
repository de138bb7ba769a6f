"""What a store file says of how the edge runs, beside cameras and zones."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.credentials import IotCredentialSettings, iot_credential_settings
from edge.live import CaptureSettings, capture_settings
from edge.sender import SenderSettings, sender_settings
from edge.spool import SpoolSettings, spool_settings
from edge.toml_file import Table

TABLES = ("capture", "kinesis", "spool", "sender", "iot_credentials", "status")
LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """Where events go.

    Attributes:
        stream: Name of the Kinesis stream; None sends nowhere.
        region: Of AWS; None leaves it to the environment.
        endpoint_url: Of a Kinesis elsewhere, such as a local one.
    """

    stream: str | None = None
    region: str | None = None
    endpoint_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """How the edge runs.

    Attributes:
        status_port: Where `/metrics` and `/healthz` are answered, on this machine alone; 0 takes a free port.
    """

    capture: CaptureSettings = field(default_factory=CaptureSettings)
    kinesis: StreamSettings = field(default_factory=StreamSettings)
    spool: SpoolSettings = field(default_factory=SpoolSettings)
    sender: SenderSettings = field(default_factory=SenderSettings)
    iot_credentials: IotCredentialSettings | None = None
    status_port: int = 9464


def run_settings(root: Table) -> RunSettings:
    """Return what a store file's tables `TABLES` say; note what is wrong in them."""
    return RunSettings(
        capture=capture_settings(root.table("capture")),
        kinesis=_stream(root.table("kinesis")),
        spool=spool_settings(root.table("spool")),
        sender=sender_settings(root.table("sender")),
        iot_credentials=iot_credential_settings(root.table("iot_credentials")),
        status_port=_port(root.table("status")),
    )


def _stream(table: Table) -> StreamSettings:
    table.only("stream", "region", "endpoint_url")
    keys = ("stream", "region", "endpoint_url")
    return StreamSettings(**{key: table.get(key, str) for key in keys if key in table.values})


def _port(table: Table) -> int:
    table.only("port")
    port = table.get_or("port", RunSettings().status_port)
    if not 0 <= port <= LARGEST_PORT:
        table.problems.add(table.at("port"), expected=f"0 to {LARGEST_PORT}", came=port, cure="Choose a free port.")
    return port
