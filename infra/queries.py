"""Athena: a workgroup whose limits nobody can go around, and the questions by name in its editor."""

from __future__ import annotations

import re

from aws_cdk import aws_athena as athena
from constructs import Construct

from glue.views import load_views
from infra.names import WORKGROUP, Names

GIGABYTE = 1_000_000_000


class Queries(Construct):
    """The workgroup and its named queries. The views themselves are made with the tables (infra/tables.py)."""

    def __init__(self, scope: Construct, name: str, *, names: Names, key_arn: str, gigabytes_per_query: int) -> None:
        super().__init__(scope, name)
        encryption = athena.CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_KMS", kms_key=key_arn)
        self.workgroup = athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=WORKGROUP,
            description="Questions of store traffic",
            # Queries leave nothing that was not asked for; without it a workgroup with a history cannot be deleted.
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=gigabytes_per_query * GIGABYTE,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=names.results,
                    encryption_configuration=encryption,
                    expected_bucket_owner=names.account,
                ),
            ),
        )
        for view in load_views():
            self._question(view.name, view.question, names.database)

    def _question(self, view: str, question: str, database: str) -> None:
        query = athena.CfnNamedQuery(
            self,
            re.sub(r"\W", "", view.title()),
            name=view,
            description=question[:1024],
            database=database,
            work_group=WORKGROUP,
            query_string=f'SELECT * FROM "{view}" LIMIT 1000',
        )
        query.add_resource_dependency(self.workgroup)
