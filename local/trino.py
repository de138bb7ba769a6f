"""Trino as one context: the engine that Athena is, over a lake in a Glue catalog, to try its SQL on one machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from trino import dbapi
from trino.exceptions import Error

from local.errors import StackError
from local.paths import BUILD
from local.ports import HOST, free_ports
from local.process import Supervisor
from local.services import CREDENTIALS, REGION, local_url
from local.waiting import wait_until

TRINO = BUILD / "trino"
JAVA = BUILD / "tools" / "trino-java"
CATALOG = "lake"
USER = "store-traffic"
READY_SECONDS = 90
ANSWER_SECONDS = 2
JVM_OPTIONS = (
    "-Xmx2G",
    "-Djdk.attach.allowAttachSelf=true",
    # It answers some dozens of queries over little data: compiling for speed takes longer than it saves.
    "-XX:TieredStopAtLevel=1",
)
_connect: Callable[..., dbapi.Connection] = dbapi.connect
"""The client's own has no types."""


def is_installed() -> bool:
    """Whether `scripts/trino_server.py` has put Trino and a Java for it here."""
    return (TRINO / "bin" / "launcher").exists() and (JAVA / "bin" / "java").exists()


class Trino:
    """A Trino server; it runs inside its `with` block and leaves nothing running behind it.

    Attributes:
        run_directory: its configuration, data and log.
        url: where it answers, once started.
    """

    run_directory: Path
    url: str

    def __init__(self, run_directory: Path, *, endpoint_url: str, warehouse: str) -> None:
        """Describe a server; nothing starts before its block is entered.

        Args:
            run_directory: made if missing; what it holds is replaced.
            endpoint_url: where Glue and S3 answer.
            warehouse: S3 prefix of the lake, such as s3://bucket/lake.
        """
        self.run_directory = run_directory.resolve()
        self._endpoint_url = endpoint_url
        self._warehouse = warehouse
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Start the server and return once it answers a query.

        Raises:
            StackError: it is not installed, or does not come up.
        """
        if not is_installed():
            raise StackError(
                expected="Trino in build/trino, with a Java for it",
                came="it is not installed",
                cure="Run `python3 scripts/trino_server.py`; it says what else it needs.",
            )
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
        """Stop the server."""
        self._resources.close()

    def connect(self, *, database: str) -> dbapi.Connection:
        """Return a connection to a database of the lake; instants are shown in UTC."""
        return _connect(
            host=HOST, port=self._port, user=USER, catalog=CATALOG, schema=database, timezone="UTC", http_scheme="http"
        )

    def _start(self) -> None:
        (self._port,) = free_ports(1)
        self.url = local_url(self._port)
        shutil.rmtree(self.run_directory, ignore_errors=True)
        etc = self.run_directory / "etc"
        for path, properties in self._configuration().items():
            (etc / path).parent.mkdir(parents=True, exist_ok=True)
            lines = (f"{name}={value}\n" for name, value in properties.items())
            (etc / path).write_text("".join(lines), encoding="utf-8")
        (etc / "jvm.config").write_text("\n".join(JVM_OPTIONS) + "\n", encoding="utf-8")
        self._supervisor.start(
            "trino",
            (TRINO / "bin" / "launcher", "run", "--etc-dir", etc),
            environment={"PATH": os.environ["PATH"], "JAVA_HOME": str(JAVA.resolve())},
            directory=self.run_directory,
            log=self._log,
        )
        wait_until(self._is_ready, seconds=READY_SECONDS, expected="Trino to answer", cure=f"See {self._log}.")

    def _configuration(self) -> Mapping[str, Mapping[str, object]]:
        """Return the properties of each file below `etc`."""
        keys = {
            "aws-access-key": CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "aws-secret-key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        }
        return {
            "node.properties": {
                "node.environment": "local",
                "node.data-dir": self.run_directory / "data",
                "node.bind-ip": HOST,
                "node.internal-address": HOST,
            },
            "config.properties": {
                "coordinator": "true",
                "node-scheduler.include-coordinator": "true",
                "http-server.http.port": self._port,
                "discovery.uri": self.url,
                "plugin.dir": TRINO / "plugin",
                "catalog.config-dir": self.run_directory / "etc" / "catalog",
            },
            "log.properties": {"io.trino": "WARN"},
            f"catalog/{CATALOG}.properties": {
                "connector.name": "iceberg",
                "iceberg.catalog.type": "glue",
                "hive.metastore.glue.region": REGION,
                "hive.metastore.glue.endpoint-url": self._endpoint_url,
                "hive.metastore.glue.default-warehouse-dir": self._warehouse,
                "fs.native-s3.enabled": "true",
                "s3.endpoint": self._endpoint_url,
                "s3.region": REGION,
                "s3.path-style-access": "true",
                **{f"hive.metastore.glue.{name}": key for name, key in keys.items()},
                **{f"s3.{name}": key for name, key in keys.items()},
            },
        }

    def _is_ready(self) -> bool:
        self._require_running()
        return self._has_started() and self._answers()

    def _require_running(self) -> None:
        if ended := self._supervisor.first_ended():
            raise StackError(
                expected="Trino to run",
                came=f"it ended with status {ended.exit_status}",
                cure=f"The end of {ended.log}:\n{ended.log_tail()}",
            )

    def _has_started(self) -> bool:
        try:
            said: dict[str, Any] = requests.get(f"{self.url}/v1/info", timeout=ANSWER_SECONDS).json()
        except requests.RequestException:
            return False
        return said.get("starting") is False

    def _answers(self) -> bool:
        """Whether it knows of a node that queries can run on: it answers `SELECT 1` before."""
        try:
            with self.connect(database="information_schema") as connection:
                cursor = connection.cursor()
                cursor.execute("SELECT count(*) FROM system.runtime.nodes WHERE state = 'active'")
                return bool(cursor.fetchone() == [1])
        except (Error, requests.RequestException):
            return False

    @property
    def _log(self) -> Path:
        return self.run_directory / "trino.log"
