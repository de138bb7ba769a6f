"""The cloud's own maintenance: AWS Glue's table optimisers, set from the contract. Never two compactors at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from contracts.tables import Table
from glue.maintenance.orphans import ORPHAN_DAYS
from glue.maintenance.snapshots import KEPT_DAYS, KEPT_SNAPSHOTS

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.literals import TableOptimizerTypeType
    from mypy_boto3_glue.type_defs import TableOptimizerConfigurationTypeDef

COMPACTION: TableOptimizerTypeType = "compaction"
SMALL_FILES_MIN = 5
"""Glue compacts a partition that has so many small files."""
_Action = Literal["created", "updated", "none"]
_NO_SUCH_TABLE = "EntityNotFoundException"
_UNNAMED_ERROR = "500"


class TwoCompactorsError(RuntimeError):
    """Glue compacts the table already."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimiser of a table and what was done about it."""

    table: str
    kind: TableOptimizerTypeType
    action: _Action


@dataclass(frozen=True, slots=True)
class Optimizers:
    """Where optimisers are set: a Glue client, the account and database, and the role that they work as."""

    client: GlueClient
    account_id: str
    database: str

    def enable(self, table: Table, *, role_arn: str) -> Iterable[Optimizer]:
        """Turn on compaction, expiry and removal of orphans for a table, or bring them up to date.

        Yields:
            What was done about each, once it is done.
        """
        for kind, configuration in configurations(table, role_arn=role_arn).items():
            yield Optimizer(table.name, kind, self._set(table, kind, configuration))

    def is_compacting(self, table: Table) -> bool:
        """Say whether Glue compacts the table by itself.

        A double of the cloud that knows no optimisers has none. In the cloud, any error is raised: not to know is no
        reason to begin.
        """
        configuration = self._configuration(table, COMPACTION)
        return configuration is not None and configuration.get("enabled", False)

    def require_no_compaction(self, table: Table) -> None:
        """Refuse a table that Glue compacts.

        Raises:
            TwoCompactorsError: says how to choose one of both.
        """
        if self.is_compacting(table):
            raise TwoCompactorsError(
                f"expected {table.name} without an optimiser of its own, but AWS Glue compacts it: leave it to Glue, "
                "or turn the optimiser off first (aws glue delete-table-optimizer --type compaction)"
            )

    def _set(self, table: Table, kind: TableOptimizerTypeType, wanted: TableOptimizerConfigurationTypeDef) -> _Action:
        current = self._configuration(table, kind)
        if current is not None and _is_within(wanted, current):
            return "none"
        change = self.client.create_table_optimizer if current is None else self.client.update_table_optimizer
        change(
            CatalogId=self.account_id,
            DatabaseName=self.database,
            TableName=table.name,
            Type=kind,
            TableOptimizerConfiguration=wanted,
        )
        return "created" if current is None else "updated"

    def _configuration(self, table: Table, kind: TableOptimizerTypeType) -> TableOptimizerConfigurationTypeDef | None:
        try:
            answer = self.client.get_table_optimizer(
                CatalogId=self.account_id, DatabaseName=self.database, TableName=table.name, Type=kind
            )
        except ClientError as error:
            if _says_none(error, self.client.meta.endpoint_url):
                return None
            raise
        return answer.get("TableOptimizer", {}).get("configuration")


def configurations(table: Table, *, role_arn: str) -> dict[TableOptimizerTypeType, TableOptimizerConfigurationTypeDef]:
    """Return what each optimiser of a table is set to; the terms are those of `python -m glue maintain`."""
    return {
        "compaction": {
            "roleArn": role_arn,
            "enabled": True,
            "compactionConfiguration": {
                "icebergConfiguration": {
                    "strategy": "sort" if table.sort_by else "binpack",
                    "minInputFiles": SMALL_FILES_MIN,
                    "deleteFileThreshold": 1,
                }
            },
        },
        "retention": {
            "roleArn": role_arn,
            "enabled": True,
            "retentionConfiguration": {
                "icebergConfiguration": {
                    "snapshotRetentionPeriodInDays": KEPT_DAYS,
                    "numberOfSnapshotsToRetain": KEPT_SNAPSHOTS,
                    "cleanExpiredFiles": True,
                }
            },
        },
        "orphan_file_deletion": {
            "roleArn": role_arn,
            "enabled": True,
            "orphanFileDeletionConfiguration": {
                "icebergConfiguration": {"orphanFileRetentionPeriodInDays": ORPHAN_DAYS}
            },
        },
    }


def _is_within(wanted: object, current: object) -> bool:
    """Say whether all that is wanted is so; Glue adds defaults of its own."""
    if isinstance(wanted, Mapping) and isinstance(current, Mapping):
        return all(name in current and _is_within(value, current[name]) for name, value in wanted.items())
    return wanted == current


def _says_none(error: ClientError, endpoint_url: str) -> bool:
    code = error.response["Error"]["Code"]
    return code == _NO_SUCH_TABLE or (code == _UNNAMED_ERROR and not _is_cloud(endpoint_url))


def _is_cloud(endpoint_url: str) -> bool:
    host = urlparse(endpoint_url).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))
