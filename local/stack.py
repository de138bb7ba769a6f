"""The whole stack as one context: emulators and Flink, started together and ended together."""

import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import flink_cluster, services
from local.errors import StackError
from local.flink import Flink
from local.paths import require_set_up
from local.ports import free_ports, require_free
from local.process import ManagedProcess, Supervisor
from local.services import Service, aws_client, local_url
from local.waiting import wait_until

READY_SECONDS = 90
STREAM_SECONDS = 30
ATTEMPTS = 3
PORT_TAKEN_SIGNS = ("EADDRINUSE", "Address already in use", "BindException", "Could not start rest endpoint")
MOTO_SERVICES = (
    *("ATHENA", "CLOUDWATCH", "COGNITO_IDENTITY_PROVIDER", "GLUE", "IAM", "KMS", "LAMBDA", "S3"),
    *("SECRETS_MANAGER", "SESV2", "SNS", "SQS", "SSM", "STS"),
)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the stack; None takes any free one."""

    kinesis: int | None = None
    kinesis_tls: int | None = None
    dynamodb: int | None = None
    moto: int | None = None
    flink_rpc: int | None = None
    flink_rest: int | None = None

    def require_free(self) -> None:
        """Check that every pinned port can be listened on, or raise a StackError that names its flag."""
        for name, port in self._pinned().items():
            require_free(port, flag=self.flag(name))

    def as_flags(self) -> list[str]:
        """Return the arguments of the command line that pin the same ports."""
        return [f"{self.flag(name)}={port}" for name, port in self._pinned().items()]

    @staticmethod
    def flag(name: str) -> str:
        """Return the flag of the command line that pins the port called ``name``."""
        return f"--{name.replace('_', '-')}-port"

    def filled(self) -> dict[str, int]:
        """Return a port for every name: the pinned one, else a free one."""
        names = [each.name for each in fields(self)]
        return {**dict(zip(names, free_ports(len(names)), strict=True)), **self._pinned()}

    def _pinned(self) -> dict[str, int]:
        ports = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: port for name, port in ports.items() if port is not None}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of the running stack; moto serves S3, Glue, SNS and all other services."""

    kinesis: str
    dynamodb: str
    moto: str
    flink_rest: str | None


class Stack:
    """The local stack; it runs inside its `with` block and leaves nothing running behind it.

    Attributes:
        run_directory: its logs, Flink's configuration, checkpoints and savepoints.
        endpoints: the addresses, once started.
        environment: variables that point AWS clients (boto3, the AWS SDKs, pyiceberg) to the stack.
    """

    run_directory: Path
    endpoints: Endpoints
    environment: Mapping[str, str]

    def __init__(
        self,
        run_directory: Path,
        *,
        flink: bool = True,
        task_slots: int = 2,
        config_overrides: flink_cluster.Configuration | None = None,
        ports: Ports | None = None,
        kinesis_by_moto: bool = False,
    ) -> None:
        """Describe a stack; nothing starts before its block is entered.

        Args:
            run_directory: made if missing; its folders ``logs`` and ``flink`` are replaced.
            flink: whether to start Flink too.
            task_slots: how many parallel pipelines Flink may run.
            config_overrides: Flink's configuration options, which win over ours.
            ports: those that must be certain ones.
            kinesis_by_moto: whether moto plays Kinesis, which carries more than kinesis-mock and knows no CBOR.
        """
        self.run_directory = run_directory.resolve()
        self._has_flink = flink
        self._task_slots = task_slots
        self._config_overrides = config_overrides or {}
        self._pinned_ports = ports or Ports()
        self._has_kinesis_by_moto = kinesis_by_moto
        self._resources = ExitStack()
        self._processes: dict[str, ManagedProcess] = {}
        self._flink: Flink | None = None

    def __enter__(self) -> Self:
        """Start everything and return once each service answers.

        Raises:
            StackError: set-up is not complete, a pinned port is taken, or a service does not come up.
        """
        require_set_up()
        self._pinned_ports.require_free()
        with ExitStack() as undo:
            self._supervisor = undo.enter_context(Supervisor())
            self._start()
            self._resources = undo.pop_all()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self._resources.close()

    @property
    def flink(self) -> Flink:
        """The client of the Flink cluster.

        Raises:
            StackError: the stack was made without one.
        """
        if self._flink is None:
            raise StackError(expected="a stack with Flink", came="it has none", cure="Pass flink=True.")
        return self._flink

    @property
    def processes(self) -> Mapping[str, ManagedProcess]:
        """The programs of the stack by name: kinesis, dynamodb, moto, flink-jobmanager, flink-taskmanager."""
        return self._processes

    def boto3_client(self, service_name: str) -> Any:
        """Return a boto3 client of a service, such as ``kinesis`` or ``s3``, that talks to the stack."""
        own_programs = {
            "kinesis": self.endpoints.kinesis,
            "dynamodb": self.endpoints.dynamodb,
            "dynamodbstreams": self.endpoints.dynamodb,
        }
        return aws_client(service_name, url=own_programs.get(service_name, self.endpoints.moto))

    def create_stream(self, name: str, *, shards: int) -> None:
        """Create a Kinesis stream and return once it is ACTIVE."""
        kinesis = self.boto3_client("kinesis")
        kinesis.create_stream(StreamName=name, ShardCount=shards)

        def is_active() -> bool:
            summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
            return bool(summary["StreamStatus"] == "ACTIVE")

        wait_until(
            is_active,
            seconds=STREAM_SECONDS,
            expected=f"stream {name} to be active",
            cure=f"See {self._log('kinesis')}.",
        )

    def require_running(self) -> None:
        """Check that no program of the stack ended by itself.

        Raises:
            StackError: one did; the message carries the end of its log.
        """
        ended = self._supervisor.first_ended()
        if ended is not None:
            raise StackError(
                expected=f"{ended.name} to run",
                came=f"it ended with status {ended.exit_status}",
                cure=f"The end of {ended.log}:\n{ended.log_tail()}",
            )

    def restart(self, name: str) -> None:
        """Kill one program without warning, start it again and return once it answers."""
        service = self._services[name]
        self._supervisor.stop(self._processes[name], grace_seconds=0)
        self._launch([service])
        self._wait_until_ready([service])

    def _start(self) -> None:
        """Start all; take other ports and try again when one was taken in between."""
        for attempts_left in reversed(range(ATTEMPTS)):
            self._prepare_run_directory()
            self._describe(**self._pinned_ports.filled())
            try:
                self._launch(self._services.values())
                self._wait_until_ready(self._services.values())
            except StackError:
                if not attempts_left or not self._has_lost_a_port():
                    raise
                self._supervisor.stop_all()
            else:
                return

    def _prepare_run_directory(self) -> None:
        for folder in ("logs", "flink"):
            shutil.rmtree(self.run_directory / folder, ignore_errors=True)
        for folder in ("logs", "flink/tmp"):
            (self.run_directory / folder).mkdir(parents=True)

    def _describe(
        self, *, kinesis: int, kinesis_tls: int, dynamodb: int, moto: int, flink_rpc: int, flink_rest: int
    ) -> None:
        self.endpoints = Endpoints(
            kinesis=local_url(kinesis),
            dynamodb=local_url(dynamodb),
            moto=local_url(moto),
            flink_rest=local_url(flink_rest) if self._has_flink else None,
        )
        self.environment = _client_environment(self.endpoints)
        is_moto = self._has_kinesis_by_moto
        all_services = [
            services.kinesis_by_moto(port=kinesis)
            if is_moto
            else services.kinesis_mock(port=kinesis, tls_port=kinesis_tls),
            services.dynamodb_local(port=dynamodb),
            services.moto(port=moto),
        ]
        if self._has_flink:
            all_services += self._describe_flink(rpc_port=flink_rpc, rest_port=flink_rest)
        self._services = {service.name: service for service in all_services}

    def _describe_flink(self, *, rpc_port: int, rest_port: int) -> tuple[Service, ...]:
        configuration = self.run_directory / "flink" / "conf"
        flink_cluster.write_configuration(
            configuration,
            rpc_port=rpc_port,
            rest_port=rest_port,
            task_slots=self._task_slots,
            overrides=self._config_overrides,
        )
        environment = flink_cluster.flink_environment(configuration, logs=self.run_directory / "logs")
        self._flink = Flink(url=local_url(rest_port), environment=self._process_environment(environment))
        return (
            flink_cluster.job_manager(rest_port=rest_port, environment=environment),
            flink_cluster.task_manager(rest_port=rest_port, task_slots=self._task_slots, environment=environment),
        )

    def _process_environment(self, additions: Mapping[str, str]) -> dict[str, str]:
        """Return this process's variables without its own AWS settings, plus the stack's, plus additions."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FLINK_"))}
        return {**inherited, **self.environment, **additions}

    def _launch(self, chosen: Collection[Service]) -> None:
        for service in chosen:
            self._processes[service.name] = self._supervisor.start(
                service.name,
                service.command,
                environment=self._process_environment(service.environment),
                directory=service.directory or self.run_directory,
                log=self._log(service.name),
            )

    def _wait_until_ready(self, chosen: Collection[Service]) -> None:
        waiting = {service.name: service for service in chosen}

        def are_ready() -> bool:
            self.require_running()
            for name in [name for name, service in waiting.items() if service.is_ready()]:
                del waiting[name]
            return not waiting

        wait_until(
            are_ready,
            seconds=READY_SECONDS,
            expected=f"{', '.join(waiting)} to answer",
            cure=f"See the logs in {self.run_directory / 'logs'}.",
        )

    def _has_lost_a_port(self) -> bool:
        texts = (process.log_tail() for process in self._processes.values())
        return any(sign in text for text in texts for sign in PORT_TAKEN_SIGNS)

    def _log(self, name: str) -> Path:
        return self.run_directory / "logs" / f"{name}.log"


def _client_environment(endpoints: Endpoints) -> dict[str, str]:
    """Return the variables that every AWS SDK reads, and hide the person's own AWS set-up."""
    return {
        **services.CREDENTIALS,
        "AWS_REGION": services.REGION,
        "AWS_DEFAULT_REGION": services.REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoints.moto,
        "AWS_ENDPOINT_URL_KINESIS": endpoints.kinesis,
        "AWS_ENDPOINT_URL_DYNAMODB": endpoints.dynamodb,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": endpoints.dynamodb,
        **{f"AWS_ENDPOINT_URL_{service}": endpoints.moto for service in MOTO_SERVICES},
    }
