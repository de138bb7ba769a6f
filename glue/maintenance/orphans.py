"""Files that no snapshot needs: what failed commits left, and what expired snapshots needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from pyiceberg.table import Table as IcebergTable

from glue.maintenance.storage import StoredFile, files_under, referenced

ORPHAN_DAYS = 3
"""Files of a commit that is under way are in no snapshot yet: only files older than this are taken for orphans."""
YOUNGEST_ORPHAN_AGE = dt.timedelta(days=1)


def find_orphans(table: IcebergTable, *, older_than: dt.datetime) -> list[StoredFile]:
    """Return the files under the table's location that no retained snapshot needs, by path; deletes nothing.

    Args:
        table: the table; it is read anew.
        older_than: files written at this instant or later are left out.
    """
    # Listed before the table is read: what is committed in between is needed by then.
    stored = files_under(table.io, table.location())
    needed = referenced(table.refresh())
    return [file for file in stored if file.path not in needed and file.modified < older_than]


def remove_orphans(
    table: IcebergTable,
    *,
    now: dt.datetime,
    age: dt.timedelta = dt.timedelta(days=ORPHAN_DAYS),
    is_dry_run: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Sequence[StoredFile]:
    """Delete the orphans of a table and return them; a dry run only returns them.

    Args:
        table: the table; it is read anew.
        now: the present instant.
        age: only files older than this are orphans.
        is_dry_run: delete nothing.
        tell: is called with each path before it is deleted.

    Raises:
        ValueError: `age` is so short that files of a running commit would be deleted.
    """
    if age < YOUNGEST_ORPHAN_AGE:
        raise ValueError(
            f"expected orphans of at least {YOUNGEST_ORPHAN_AGE}, came {age}: younger files may belong to a running "
            "commit; give a longer age"
        )
    orphans = find_orphans(table, older_than=now - age)
    if not is_dry_run:
        for file in orphans:
            tell(file.path)
            table.io.delete(file.location)
    return orphans
