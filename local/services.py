"""The emulators of AWS services: how each is started, and how one knows that it serves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.paths import DYNAMODB_LOCAL, JDK, KINESIS_MOCK, PROJECT_BINARIES
from local.ports import HOST

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"  # the one that moto answers with
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True)
class Service:
    """A program of the stack.

    Attributes:
        name: its name in messages, and of its log.
        command: the program and its arguments.
        is_ready: whether it answers a real request now.
        environment: variables that it needs beside those of the stack.
        directory: where it runs; None means in the run directory.
    """

    name: str
    command: tuple[str | Path, ...]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None


def local_url(port: int) -> str:
    """Return the address of a service of the stack."""
    return f"http://{HOST}:{port}"


def aws_client(service_name: str, *, url: str, config: Config | None = None) -> Any:
    """Return a boto3 client of the service that answers at ``url``; its methods depend on the service."""
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    make_client: Callable[..., Any] = session.client
    return make_client(service_name, endpoint_url=url, config=config)


def kinesis_mock(*, port: int, tls_port: int) -> Service:
    """Kinesis Data Streams. It reads its certificate from its own folder, so it runs there."""
    return Service(
        name="kinesis",
        command=(PROJECT_BINARIES / "node", "main.js"),
        directory=KINESIS_MOCK,
        environment={
            "KINESIS_MOCK_PLAIN_PORT": str(port),
            "KINESIS_MOCK_TLS_PORT": str(tls_port),
            "AWS_ACCOUNT_ID": ACCOUNT_ID,
            "CREATE_STREAM_DURATION": "100ms",
            "DELETE_STREAM_DURATION": "100ms",
            "LOG_LEVEL": "WARN",
        },
        is_ready=_answers("kinesis", port, lambda client: client.list_streams()),
    )


def kinesis_by_moto(*, port: int) -> Service:
    """Kinesis Data Streams by a moto of its own, for loads: kinesis-mock hashes a whole shard for each record put.

    It speaks JSON only, so clients must not use CBOR (`flink_cluster.WITHOUT_CBOR`).
    """
    return replace(moto(port=port), name="kinesis")


def dynamodb_local(*, port: int) -> Service:
    """DynamoDB with its streams, in memory, one data base for all regions and credentials."""
    return Service(
        name="dynamodb",
        command=(
            JDK / "bin" / "java",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            f"-Djava.library.path={DYNAMODB_LOCAL}",
            "-classpath",
            f"{DYNAMODB_LOCAL}/*",
            "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
            *("-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)),
        ),
        is_ready=_answers("dynamodb", port, lambda client: client.list_tables()),
    )


def moto(*, port: int) -> Service:
    """S3, Glue, SNS, SES, Cognito and every other service that needs no program of its own."""
    return Service(
        name="moto",
        command=(PROJECT_BINARIES / "moto_server", "-H", HOST, "-p", str(port)),
        is_ready=_answers("s3", port, lambda client: client.list_buckets()),
    )


def _answers(service_name: str, port: int, request: Callable[[Any], object]) -> Callable[[], bool]:
    impatient = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    client = aws_client(service_name, url=local_url(port), config=impatient)

    def is_ready() -> bool:
        try:
            request(client)
        except (BotoCoreError, ClientError):
            return False
        return True

    return is_ready
