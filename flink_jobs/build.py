"""From a declared job and its SQL files, and the alert policy, to a program that can be run or explained."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import (
    EnvironmentSettings,
    ExplainDetail,
    StatementSet,
    StreamTableEnvironment,
    TableEnvironment,
)
from pyflink.table import Table as SqlTable

from contracts.tables import ALERTS, TABLES, Table
from flink_jobs.alerting.operator import SIGNAL, SIGNAL_COLUMNS, alerts_of, take_handed_over
from flink_jobs.connectors import Connectors, create_hand_over
from flink_jobs.jobs import PYTHON_OPTIONS, TABLE_OPTIONS, Job
from flink_jobs.settings import MetricSettings
from flink_jobs.sql_files import read_sql, table_path, view_path


@dataclass(frozen=True, slots=True)
class Program:
    """A job, ready: every insertion in one statement set: all share the source and what they have in common."""

    job: Job
    environment: TableEnvironment
    statements: StatementSet
    connectors: Connectors
    metrics: MetricSettings

    def explain(self) -> str:
        """Return the plan of the SQL part."""
        return str(self.statements.explain(ExplainDetail.CHANGELOG_MODE))

    def compiled(self) -> str:
        """Return the plan of the SQL part as Flink keeps it, as JSON: every operator whole."""
        # PyFlink has no other way.
        return str(self.statements._j_statement_set.compilePlan().asJsonString())  # noqa: SLF001

    def run(self) -> None:
        """Run a batch job to its end."""
        self.statements.execute().wait()

    def submit(self, streams: StreamExecutionEnvironment) -> None:
        """Submit a streaming job and return at once, as the managed service asks."""
        if not self.job.has_alerts:
            self.statements.execute()
            return
        self.statements.attach_as_datastream()
        rows = alerts_of(take_handed_over(streams), item_days=self.metrics.alert_item_days)
        _register(self.environment, "alerts_rows", self.environment.from_data_stream(rows))
        alerts = self.environment.create_statement_set()
        alerts.add_insert_sql(insertion(ALERTS, "alerts_rows", into=self.connectors.sink(ALERTS)))
        alerts.attach_as_datastream()
        streams.execute_async(self.job.name)


def create_environment(
    job: Job, cluster_options: Mapping[str, str] | None = None, *, jar: Path | None = None
) -> tuple[TableEnvironment, StreamExecutionEnvironment | None]:
    """Return a table environment, streaming or batch as the job is, and of a streaming one what it stands on.

    Cluster options stay the cluster's, but for a job that brings its own cluster; and `flink run` names the jar.
    """
    configuration = Configuration()
    for option, value in (cluster_options or {}).items():
        configuration.set_string(option, value)
    if job.is_batch:
        settings = EnvironmentSettings.new_instance().with_configuration(configuration).in_batch_mode().build()
        environment, streams = TableEnvironment.create(settings), None
        if jar is not None:
            environment.get_config().set("pipeline.jars", jar.resolve().as_uri())
    else:
        # Set on both: what is attached as a data stream does not read the table environment's options.
        for option, value in (TABLE_OPTIONS | PYTHON_OPTIONS).items():
            configuration.set_string(option, value)
        streams = StreamExecutionEnvironment.get_execution_environment(configuration)
        if jar is not None:
            streams.add_jars(jar.resolve().as_uri())
        environment = StreamTableEnvironment.create(streams)
    for option, value in TABLE_OPTIONS.items():
        environment.get_config().set(option, value)
    return environment, streams


def build(environment: TableEnvironment, job: Job, connectors: Connectors, metrics: MetricSettings) -> Program:
    """Register functions, source, sinks and views, and put every insertion into one statement set."""
    environment.get_config().set("pipeline.name", job.name)
    for name, java_class in job.functions:
        environment.create_java_temporary_system_function(name, java_class)
    for statement in connectors.ddl():
        environment.execute_sql(statement)
    settings = dataclasses.asdict(metrics) | dict(connectors.placeholders())
    for view in job.views:
        _register(environment, view, environment.sql_query(read_sql(view_path(view, is_batch=job.is_batch), settings)))
    statements = environment.create_statement_set()
    for name in job.tables:
        rows = f"{name}_rows"
        _register(environment, rows, environment.sql_query(read_sql(table_path(name, is_batch=job.is_batch), settings)))
        statements.add_insert_sql(insertion(TABLES[name], rows, into=connectors.sink(TABLES[name])))
    if job.has_alerts:
        handed = f"{SIGNAL}_handed"
        environment.execute_sql(create_hand_over(handed, SIGNAL, SIGNAL_COLUMNS))
        columns = ", ".join(f"`{name}`" for name, _ in SIGNAL_COLUMNS)
        statements.add_insert_sql(f"INSERT INTO `{handed}` SELECT {columns} FROM `{SIGNAL}`")
    return Program(job, environment, statements, connectors, metrics)


def insertion(table: Table, rows: str, *, into: str) -> str:
    """Return the `INSERT` of a view into a table, by column name, so that the order in the file does not matter."""
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    return f"INSERT INTO {into} ({columns}) SELECT {columns} FROM `{rows}`"


def _register(environment: TableEnvironment, name: str, rows: SqlTable) -> None:
    # Not CREATE VIEW, which is stored as text and loses parts of window functions when it is read again.
    environment.create_temporary_view(name, rows)
