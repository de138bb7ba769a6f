"""What maintenance did, as tables for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from contracts.tables import Table as Contract
from glue.maintenance.certificate import Certificate
from glue.maintenance.run import Maintained
from glue.maintenance.store_rows import RowCounts

_MB = 1_000_000


def maintenance_table(rounds: Iterable[Maintained], *, is_dry_run: bool) -> Table:
    """Return one line for each table: how it stood, what was done or would be, and how it stands."""
    table = Table(title="Would be done" if is_dry_run else "Done")
    table.add_column("table")
    for heading in (
        "files",
        "most in one partition",
        "manifests",
        "snapshots",
        "stored files",
        "stored MB",
        "compacted files",
        "deleted rows",
        "expired snapshots",
        "orphans",
    ):
        table.add_column(heading, justify="right")
    for each in rounds:
        table.add_row(each.table, *_states(each), *(f"{count:,}" for count in _done(each)))
    return table


def rows_table(counts: Iterable[tuple[Contract, RowCounts]], store_id: str) -> Table:
    """Return one line for each table that has something of a store."""
    table = Table("table", title=f"What there is of {store_id}")
    table.add_column("rows or items", justify="right")
    table.add_column("of others", justify="right")
    for contract, found in counts:
        if found.of_store:
            table.add_row(contract.name, f"{found.of_store:,}", f"{found.of_others:,}")
    return table


def certificate_lines(certificate: Certificate) -> Iterable[str]:
    """Yield what a certificate says, line by line."""
    before = sum(each.before.of_store for each in certificate.tables)
    after = sum(each.after.of_store for each in certificate.tables)
    yield f"{certificate.store_id}: {before:,} rows and items became {after:,}"
    yield f"{len(certificate.removed_files):,} files deleted, {certificate.verification.files_read:,} looked at"
    yield from certificate.verification.problems
    yield "proven: nothing that is stored names the store" if certificate.is_proven else "NOT proven: see above"


def _states(each: Maintained) -> Iterable[str]:
    pairs = (
        (each.before.files, each.after.files),
        (each.before.files_of_partition_max, each.after.files_of_partition_max),
        (each.before.manifests, each.after.manifests),
        (each.before.snapshots, each.after.snapshots),
        (each.before.stored_files, each.after.stored_files),
    )
    for before, after in pairs:
        yield f"{before:,}" if before == after else f"{before:,} → {after:,}"
    yield f"{each.before.stored_bytes / _MB:,.1f} → {each.after.stored_bytes / _MB:,.1f}"


def _done(each: Maintained) -> tuple[int, ...]:
    return each.compacted_files, each.deleted_rows, each.expired_snapshots, each.orphans
