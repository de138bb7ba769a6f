"""From a declared job and its SQL files to one `StatementSet`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from string import Template

from pyflink.table import EnvironmentSettings, StatementSet, TableEnvironment

from contracts.tables import TABLES, Table
from flink_jobs.connectors import Connectors
from flink_jobs.jobs import TABLE_OPTIONS, Job
from flink_jobs.settings import MetricSettings
from flink_jobs.sql_files import table_path, view_path


def create_environment() -> TableEnvironment:
    """Return a streaming table environment; cluster options stay the cluster's."""
    environment = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
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
    for view in job.views:
        _register(environment, view, read_sql(view_path(view), metrics))
    statements = environment.create_statement_set()
    for name in job.tables:
        rows = f"{name}_rows"
        _register(environment, rows, read_sql(table_path(name), metrics))
        statements.add_insert_sql(insertion(TABLES[name], rows, into=connectors.sink(TABLES[name])))
    return statements


def insertion(table: Table, rows: str, *, into: str) -> str:
    """Return the `INSERT` of a view into a table, by column name, so that the order in the file does not matter."""
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    return f"INSERT INTO {into} ({columns}) SELECT {columns} FROM `{rows}`"


def _register(environment: TableEnvironment, name: str, query: str) -> None:
    # Not CREATE VIEW, which is stored as text and loses parts of window functions when it is read again.
    environment.create_temporary_view(name, environment.sql_query(query))


def read_sql(path: Path, metrics: MetricSettings) -> str:
    """Return a query with the metric settings filled in; raises `KeyError` for a placeholder that is none of them."""
    return Template(path.read_text()).substitute(dataclasses.asdict(metrics))
