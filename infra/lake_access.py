"""What a component may do in the lake: each as little as it needs."""

from __future__ import annotations

from infra.names import WORKGROUP, Names
from infra.permissions import Allow

_OBJECTS = "Iceberg chooses the names of a table's files; all of them lie in this bucket below lake/."
_TABLES = "All tables of this one database: a deployment can bring new ones."


def read_lake(names: Names) -> tuple[Allow, ...]:
    """Read the catalog and the files."""
    return (
        Allow(
            sid="ReadCatalog",
            actions=("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"),
            resources=names.catalog,
            why_open=_TABLES,
        ),
        Allow(
            sid="ReadFiles",
            actions=("s3:GetObject",),
            resources=(names.objects("lake", "lake/*"),),
            why_open=_OBJECTS,
        ),
        _list_lake(names),
    )


def append_to_lake(names: Names) -> tuple[Allow, ...]:
    """Read, write files, and commit: what a writer needs, who makes and deletes no table."""
    return (
        Allow(
            sid="ReadCatalogAndCommit",
            actions=("glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"),
            resources=names.catalog,
            why_open=_TABLES,
        ),
        Allow(
            sid="ReadAndWriteFiles",
            # A commit deletes metadata that is older than the table keeps, and what an attempt left that failed.
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
            resources=(names.objects("lake", "lake/*"),),
            why_open=_OBJECTS,
        ),
        _list_lake(names),
    )


def make_tables(names: Names) -> tuple[Allow, ...]:
    """Create and evolve tables and views; delete none."""
    return (
        Allow(
            sid="MakeTables",
            actions=(
                # The database is there; that it is, is found out by an attempt to create it.
                "glue:CreateDatabase", "glue:GetDatabase", "glue:GetDatabases", "glue:CreateTable", "glue:GetTable",
                "glue:GetTables", "glue:UpdateTable",
            ),
            resources=names.catalog,
            why_open=_TABLES,
        ),
        Allow(
            sid="WriteMetadata",
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            resources=(names.objects("lake", "lake/*"),),
            why_open=_OBJECTS,
        ),
        _list_lake(names),
    )  # fmt: skip


def ask_athena(names: Names) -> tuple[Allow, ...]:
    """Run queries in our workgroup, and read their results."""
    return (
        Allow(
            sid="Query",
            actions=(
                "athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
                "athena:StopQueryExecution", "athena:GetWorkGroup",
            ),
            resources=(names.arn("athena", f"workgroup/{WORKGROUP}"),),
        ),
        Allow(
            sid="Results",
            actions=("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
            resources=(names.objects("results", "athena/*"),),
            why_open="Athena names a result by its query's random id; all lie below athena/.",
        ),
        Allow(
            sid="FindResults",
            actions=("s3:GetBucketLocation", "s3:ListBucket"),
            resources=(names.objects("results"),),
        ),
    )  # fmt: skip


def settle_days(names: Names) -> tuple[Allow, ...]:
    """Replace closed days, by way of staging databases; maintain tables. Only what is staged can be dropped."""
    staging = f"{names.database}_staging_*"
    staged = (names.arn("glue", f"database/{staging}"), names.arn("glue", f"table/{staging}/*"))
    return (
        Allow(
            sid="Commit",
            actions=(
                "glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:UpdateTable",
                "glue:GetTableOptimizer",
            ),
            resources=names.catalog,
            why_open=_TABLES,
        ),
        Allow(
            sid="Stage",
            actions=(
                "glue:CreateDatabase", "glue:GetDatabase", "glue:DeleteDatabase", "glue:CreateTable", "glue:GetTable",
                "glue:GetTables", "glue:UpdateTable", "glue:DeleteTable",
            ),
            resources=(names.arn("glue", "catalog"), *staged),
            why_open="A run's staging database has a name of its own: the lake's, _staging_, and a digest.",
        ),
        Allow(
            sid="ReadAndReplaceFiles",
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
            resources=(names.objects("lake", "lake/*"),),
            why_open=_OBJECTS,
        ),
        _list_lake(names),
    )  # fmt: skip


def _list_lake(names: Names) -> Allow:
    return Allow(
        sid="ListFiles",
        actions=("s3:ListBucket", "s3:GetBucketLocation"),
        resources=(names.objects("lake"),),
    )
