"""The lake's tables and views in the cloud: made by our own code, as CloudFormation would undo what the stream commits.

An Iceberg table's entry in Glue names its newest metadata file, and every commit changes it. A `CfnTable` that is
updated writes the entry as the template has it: the table would be set back. So a function makes and evolves the
tables (docs/decisions/0024-cloud-by-cdk.md), and deleting the stack leaves them as they are.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CustomResource
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from constructs import Construct

from contracts.tables import LAKE_TABLES, Table
from flink_jobs.settings import MetricSettings
from glue.maintenance.optimizers import configurations
from infra.function import Function
from infra.lake_access import ask_athena, make_tables
from infra.names import PREFIX, WORKGROUP, Names
from infra.permissions import Allow, grant, service_role
from infra.settings import Settings


class LakeTables(Construct):
    """Runs the function at each deployment that brings another contract or view; turns Glue's optimisers on if set."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, key: kms.IKey, code: Path, decrypt: Allow
    ) -> None:
        super().__init__(scope, name)
        names = settings.names
        self.function = Function(
            self,
            "Maker",
            names=names,
            what="lake-tables",
            handler="infra.functions.lake_tables.handler",
            code=code,
            key=key,
            environment=environment_of(settings),
            allowed=(*make_tables(names), *ask_athena(names), decrypt),
            memory_megabytes=1024,
            timeout_seconds=900,
        )
        self.made = CustomResource(
            self,
            "Made",
            service_token=self.function.function.function_arn,
            resource_type="Custom::LakeTables",
            # The folder's name has the digest of contracts and views: another one runs the function again.
            properties={"Code": code.name, **environment_of(settings)},
        )
        self.made.node.add_dependency(self.function.policy)
        if settings.lake.maintained_by == "glue":
            self._optimise(names, decrypt)

    def _optimise(self, names: Names, decrypt: Allow) -> None:
        role = service_role(self, "OptimiserRole", service="glue.amazonaws.com", role_name=f"{PREFIX}-optimiser")
        policy = grant(role, *optimiser_permissions(names), decrypt)
        for table in LAKE_TABLES:
            for kind, wanted in configurations(table, role_arn=role.role_arn).items():
                optimiser = _optimiser(self, names, table, kind, wanted)
                optimiser.node.add_dependency(self.made, policy)


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what the function that makes tables reads."""
    target_ms = settings.metrics.get("target_wait_ms", MetricSettings().target_wait_ms)
    return {
        "LAKE_WAREHOUSE": settings.names.warehouse,
        "LAKE_DATABASE": settings.lake.database,
        "LAKE_WORKGROUP": WORKGROUP,
        "LAKE_TARGET_WAIT_SECONDS": str(target_ms / 1000),
    }


def optimiser_permissions(names: Names) -> tuple[Allow, ...]:
    """Return what AWS's guide for optimisers asks for, within this bucket and database."""
    group = names.arn("logs", "log-group:/aws-glue/iceberg-compaction/logs:*")
    return (
        Allow(
            sid="RewriteFiles",
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            resources=(names.objects("lake", "lake/*"),),
            why_open="Iceberg chooses the names of a table's files; all of them lie in this bucket below lake/.",
        ),
        Allow(sid="ListFiles", actions=("s3:ListBucket",), resources=(names.objects("lake"),)),
        Allow(
            sid="Commit",
            actions=("glue:GetTable", "glue:UpdateTable"),
            resources=names.catalog,
            why_open="All tables of this one database: a deployment can bring new ones.",
        ),
        Allow(
            sid="WriteLog",
            actions=("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(group,),
            why_open="Glue chooses the names of its log's streams; the log itself is named.",
        ),
    )


def _optimiser(scope: Construct, names: Names, table: Table, kind: str, wanted: object) -> glue.CfnTableOptimizer:
    return glue.CfnTableOptimizer(
        scope,
        f"{table.name}-{kind}",
        catalog_id=names.account,
        database_name=names.database,
        table_name=table.name,
        type=kind,
        table_optimizer_configuration=wanted,  # type: ignore[arg-type] # the API's own names are CDK's
    )
