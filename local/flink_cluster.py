"""The Flink standalone cluster: its configuration directory and its two processes.

The programs are the scripts of the apache-flink wheel, which replace themselves by `java`, so that the
supervisor owns the Java processes.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.paths import FLINK_HOME, FLINK_PYTHON, JDK
from local.ports import HOST
from local.services import Service, local_url

Configuration = Mapping[str, str | int | float | bool]

TASK_MANAGER_OPTIONS = "-XX:+UseParallelGC"
WITHOUT_CBOR = "-Dorg.apache.flink.kinesis.shaded.com.amazonaws.sdk.disableCbor=true"
"""Java option by which the Kinesis source speaks JSON; the AWS SDK in it is renamed, so this option is too."""

LOG4J_PROPERTIES = """\
rootLogger.level = INFO
rootLogger.appenderRef.out.ref = Out
appender.out.name = Out
appender.out.type = {appender}
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{{HH:mm:ss,SSS}} %-5p %-40.40c{{1}} %m%n
{appender_settings}
# Connection refused while the other process still starts.
logger.pekko.name = org.apache.pekko
logger.pekko.level = ERROR
# Warns about missing native code at each start.
logger.hadoop.name = org.apache.hadoop.util.NativeCodeLoader
logger.hadoop.level = ERROR
"""


def write_configuration(
    directory: Path, *, rpc_port: int, rest_port: int, task_slots: int, overrides: Configuration
) -> None:
    """Write the configuration directory of a cluster whose files all lie beside it.

    ``overrides`` win over everything; the wheel's own defaults (the JDK 17 flags among them) come first.
    """
    directory.mkdir(parents=True, exist_ok=True)
    settings = {
        **dict(_flattened(yaml.safe_load((FLINK_HOME / "conf" / "config.yaml").read_text(encoding="utf-8")))),
        **_addresses(rpc_port=rpc_port, rest_port=rest_port),
        **_resources(task_slots),
        **_state(directory.parent),
        **overrides,
    }
    (directory / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    console = LOG4J_PROPERTIES.format(appender="Console", appender_settings="")
    file = LOG4J_PROPERTIES.format(appender="File", appender_settings="appender.out.fileName = ${sys:log.file}")
    (directory / "log4j-console.properties").write_text(console, encoding="utf-8")
    (directory / "log4j-cli.properties").write_text(file, encoding="utf-8")


def _addresses(*, rpc_port: int, rest_port: int) -> Configuration:
    """Fix the two ports that others must know; the rest take any free one by default."""
    return {
        "jobmanager.rpc.address": HOST,
        "jobmanager.rpc.port": rpc_port,
        "jobmanager.bind-host": HOST,
        "taskmanager.host": HOST,
        "taskmanager.bind-host": HOST,
        "rest.address": HOST,
        "rest.bind-address": HOST,
        "rest.port": rest_port,
        "rest.bind-port": str(rest_port),
    }


def _resources(task_slots: int) -> Configuration:
    """Fit two cores; class loaders of several jobs need more metaspace than Flink's default.

    Some forty stateful operators share each slot's managed memory. With less of it, or with RocksDB's own 64 MB
    write buffers (whose arenas grow by 8 MB), every few writes flush a buffer, and draining takes half a minute.
    """
    return {
        "parallelism.default": 2,
        "taskmanager.numberOfTaskSlots": task_slots,
        "taskmanager.memory.process.size": "4096m",
        "taskmanager.memory.managed.fraction": 0.5,
        "state.backend.rocksdb.writebuffer.size": "8mb",
        "taskmanager.memory.jvm-metaspace.size": "512m",
        "jobmanager.memory.process.size": "1280m",
        "jobmanager.memory.jvm-metaspace.size": "384m",
        "env.java.opts.jobmanager": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "env.java.opts.taskmanager": TASK_MANAGER_OPTIONS,
        "env.java.opts.client": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "python.executable": str(FLINK_PYTHON),
        "python.client.executable": str(FLINK_PYTHON),
        "metrics.fetcher.update-interval": 1000,
    }


def _state(directory: Path) -> Configuration:
    """Keep state as the cloud does: RocksDB, incremental checkpoints, exactly once."""
    return {
        "state.backend.type": "rocksdb",
        "execution.checkpointing.incremental": True,
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.interval": "5s",
        "execution.checkpointing.dir": (directory / "checkpoints").as_uri(),
        "execution.checkpointing.savepoint-dir": (directory / "savepoints").as_uri(),
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": 3,
        "restart-strategy.fixed-delay.delay": "1s",
        "io.tmp.dirs": str(directory / "tmp"),
        "web.tmpdir": str(directory / "tmp"),
    }


def _flattened(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | int | float | bool]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def flink_environment(configuration: Path, *, logs: Path) -> dict[str, str]:
    """Return the variables that the scripts of the wheel read."""
    return {
        "JAVA_HOME": str(JDK.resolve()),
        "FLINK_CONF_DIR": str(configuration),
        "FLINK_LOG_DIR": str(logs),
        "FLINK_PID_DIR": str(configuration),
        "FLINK_IDENT_STRING": "store-traffic",
    }


def job_manager(*, rest_port: int, environment: Mapping[str, str]) -> Service:
    """The process that accepts jobs and coordinates them; it also serves the web page."""
    return Service(
        name="flink-jobmanager",
        command=(FLINK_HOME / "bin" / "jobmanager.sh", "start-foreground"),
        environment=environment,
        is_ready=_overview_shows(rest_port, lambda _: True),
    )


def task_manager(*, rest_port: int, task_slots: int, environment: Mapping[str, str]) -> Service:
    """The process that runs the tasks; ready once its slots are registered."""
    return Service(
        name="flink-taskmanager",
        command=(FLINK_HOME / "bin" / "taskmanager.sh", "start-foreground"),
        environment=environment,
        is_ready=_overview_shows(rest_port, lambda overview: overview["slots-total"] == task_slots),
    )


def _overview_shows(rest_port: int, condition: Callable[[dict[str, Any]], bool]) -> Callable[[], bool]:
    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"{local_url(rest_port)}/overview", timeout=2) as answer:
                return condition(json.load(answer))
        except (urllib.error.URLError, ConnectionError, TimeoutError, json.JSONDecodeError):
            return False

    return is_ready
