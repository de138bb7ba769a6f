"""One Lambda as all of ours are: a role that may do what is listed, a log that ends, traces, encrypted settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.names import PREFIX, Names
from infra.permissions import Allow, acknowledge, grant, service_role

_LOG_DAYS = logs.RetentionDays.ONE_MONTH
TRACES = Allow(
    sid="Trace",
    actions=("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    resources=("*",),
    why_open="X-Ray has no resources that a policy could name.",
)


class Function(Construct):
    """A Lambda on Python 3.13."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        names: Names,
        what: str,
        handler: str,
        code: Path,
        key: kms.IKey,
        allowed: tuple[Allow, ...],
        environment: Mapping[str, str] | None = None,
        memory_megabytes: int = 256,
        timeout_seconds: int = 60,
    ) -> None:
        super().__init__(scope, name)
        group = f"/aws/lambda/{PREFIX}-{what}"
        log_group = logs.LogGroup(
            self, "Log", log_group_name=group, retention=_LOG_DAYS, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = service_role(self, "Role", service="lambda.amazonaws.com", role_name=f"{PREFIX}-{what}")
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=f"{PREFIX}-{what}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,
            handler=handler,
            code=lambda_.Code.from_asset(str(code)),
            role=self.role.without_policy_updates(),
            environment=dict(environment or {}),
            environment_encryption=key,
            memory_size=memory_megabytes,
            timeout=Duration.seconds(timeout_seconds),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
        )
        acknowledge(
            self.function,
            "AwsSolutions-L1",
            "3.13 is maintained by AWS; a newer one is taken once every pinned library is tested on it.",
        )
        self.policy = grant(self.role, _logs(names, group), TRACES, *allowed)
        self.function.node.add_dependency(self.policy)


def _logs(names: Names, group: str) -> Allow:
    return Allow(
        sid="WriteLog",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resources=(names.log_streams(group),),
        why_open="Lambda chooses the names of its log's streams; the log itself is named.",
    )
