"""From a declared job and its SQL files to one `StatementSet`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, StatementSet, TableEnvironment

from contracts.tables import TABLES, Table
from flink_jobs.connectors import Connectors
from flink_jobs.jobs import TABLE_OPTIONS, Job
from flink_jobs.settings import MetricSettings
from flink_jobs.sql_files import read_sql, table_path, view_path


def create_environment(job: Job, cluster_options: Mapping[str, str] | None = None) -> TableEnvironment:
    """Return a table environment, streaming or batch as the job is.

    Cluster options stay the cluster's, but for a job that brings its own cluster.
    """
    configuration = Configuration()
    for option, value in (cluster_options or {}).items():
        configuration.set_string(option, value)
    mode = EnvironmentSettings.new_instance().with_configuration(configuration)
    environment = TableEnvironment.create((mode.in_batch_mode() if job.is_batch else mode.in_streaming_mode()).build())
    for option, value in TABLE_OPTIONS.items():
        environment.get_config().set(option, value)
    return environment


def build(environment: TableEnvironment, job: Job, connectors: Connectors, metrics: MetricSettings) -> StatementSet:
    """Register functions, source, sinks and views, and return every insertion as one statement set."""
    environment.get_config().set("pipeline.name", job.name)
    for name, java_class in job.functions:
        environment.create_java_temporary_system_function(name, java_class)
    for statement in connectors.ddl():
        environment.execute_sql(statement)
    settings = dataclasses.asdict(metrics)
    for view in job.views:
        _register(environment, view, read_sql(view_path(view, is_batch=job.is_batch), settings))
    statements = environment.create_statement_set()
    for name in job.tables:
        rows = f"{name}_rows"
        _register(environment, rows, read_sql(table_path(name, is_batch=job.is_batch), settings))
        statements.add_insert_sql(insertion(TABLES[name], rows, into=connectors.sink(TABLES[name])))
    return statements


def insertion(table: Table, rows: str, *, into: str) -> str:
    """Return the `INSERT` of a view into a table, by column name, so that the order in the file does not matter."""
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    return f"INSERT INTO {into} ({columns}) SELECT {columns} FROM `{rows}`"


def _register(environment: TableEnvironment, name: str, query: str) -> None:
    # Not CREATE VIEW, which is stored as text and loses parts of window functions when it is read again.
    environment.create_temporary_view(name, environment.sql_query(query))
