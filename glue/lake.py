"""The lake's tables in the Glue catalog: planned first, then made so. None is ever dropped but those of staging."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
from pyiceberg.table import Table as IcebergTable

from contracts.tables import Table
from glue.evolution import difference
from glue.plan import TablePlan, decided
from glue.schemas import partition_spec_of, properties_of, schema_of, sort_order_of

DATABASE_DOC = "Shopper traffic, checkout queues and safety events of physical stores."


STAGING = "_staging_"
"""Part of the names of databases that hold a batch job's result until it is moved."""


@dataclass(frozen=True, slots=True)
class Lake:
    """Where the tables are: a catalog, a database in it, and the S3 prefix of their files."""

    catalog: GlueCatalog
    database: str
    warehouse: str

    def plan(self, table: Table) -> TablePlan:
        """Say what leads from the catalog's table to the contract's; changes nothing."""
        existing = self._load(table)
        if existing is None:
            return TablePlan(table.name, "create", (f"create with {len(table.columns)} columns",))
        return _plan_of_existing(table, existing)

    def apply(self, table: Table) -> TablePlan:
        """Create the table, or evolve it; returns what was done. A refused table is left alone."""
        plan = self.plan(table)
        if plan.action == "create":
            self._create(table)
        elif plan.action == "change":
            self._change(table)
        return plan

    def create_database(self) -> None:
        """Create the database unless it exists."""
        location = f"{self.warehouse.rstrip('/')}/{self.database}"
        self.catalog.create_namespace_if_not_exists(self.database, {"comment": DATABASE_DOC, "location": location})

    def table(self, table: Table) -> IcebergTable:
        """Return a table as it stands now; raises `NoSuchTableError`."""
        return self.catalog.load_table((self.database, table.name))

    def drop(self, tables: Iterable[Table]) -> None:
        """Drop staging tables with their files, and their database; what does not exist is left out.

        Raises:
            ValueError: this is no staging database.
        """
        if STAGING not in self.database:
            raise ValueError(f"expected a staging database ({STAGING!r} in its name), came {self.database!r}")
        for table in tables:
            if self._load(table) is not None:
                self.catalog.purge_table((self.database, table.name))
        with suppress(NoSuchNamespaceError):
            self.catalog.drop_namespace(self.database)

    def _load(self, table: Table) -> IcebergTable | None:
        try:
            return self.catalog.load_table((self.database, table.name))
        except NoSuchTableError:
            return None

    def _create(self, table: Table) -> None:
        schema = schema_of(table)
        self.catalog.create_table(
            (self.database, table.name),
            schema,
            location=f"{self.warehouse.rstrip('/')}/{self.database}/{table.name}",
            partition_spec=partition_spec_of(table, schema),
            sort_order=sort_order_of(table, schema),
            properties=properties_of(table),
        )

    def _change(self, table: Table) -> None:
        existing = self.catalog.load_table((self.database, table.name))
        steps = difference(existing.schema(), schema_of(table)).steps
        with existing.transaction() as transaction:
            if steps:
                with transaction.update_schema() as update:
                    for step in steps:
                        step.apply(update)
            if properties := _stale_properties(table, existing):
                transaction.set_properties(properties)


def _plan_of_existing(table: Table, existing: IcebergTable) -> TablePlan:
    found = difference(existing.schema(), schema_of(table))
    steps = [str(step) for step in found.steps]
    steps += [f"set {name}" for name in _stale_properties(table, existing)]
    return decided(table.name, steps, [*found.refusals, *_layout_refusals(table, existing)])


def _stale_properties(table: Table, existing: IcebergTable) -> dict[str, str]:
    # Iceberg keeps the format version apart from the properties.
    wanted = {name: value for name, value in properties_of(table).items() if name != "format-version"}
    return {name: value for name, value in wanted.items() if existing.properties.get(name) != value}


def _layout_refusals(table: Table, existing: IcebergTable) -> list[str]:
    by = [str(field.transform) + " of " + _column(existing, field.source_id) for field in existing.spec().fields]
    wanted_by = [] if table.partition_by is None else [f"{table.partition_unit} of {table.partition_by}"]
    order = tuple(_column(existing, field.source_id) for field in existing.sort_order().fields)
    refusals = []
    if by != wanted_by:
        refusals.append(_layout("laid out by", by, wanted_by))
    if order != table.sort_by:
        refusals.append(_layout("sorted by", order, table.sort_by))
    return refusals


def _layout(what: str, current: object, wanted: object) -> str:
    found = f"{what} {current} in the table and {wanted} in the contract"
    return f"{found}; old files would differ: make a table of the next version"


def _column(existing: IcebergTable, source_id: int) -> str:
    return existing.schema().find_field(source_id).name
