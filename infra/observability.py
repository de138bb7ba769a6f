"""What an operator sees: one topic, every alarm of `alarms.py`, one dashboard, and the function that looks around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.alarms import Alarm, alarms
from infra.function import Function
from infra.lake_access import ask_athena, read_lake
from infra.names import ALARM_TOPIC, DASHBOARD, WORKGROUP, Names
from infra.permissions import Allow
from infra.settings import Settings

COLUMNS = 3
_MISSING = {
    "breaching": cloudwatch.TreatMissingData.BREACHING,
    "notBreaching": cloudwatch.TreatMissingData.NOT_BREACHING,
}


class Observability(Construct):
    """Topic, alarms, dashboard."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, key: kms.IKey, operations: Path) -> None:
        super().__init__(scope, name)
        self.topic = _topic(self, settings, key)
        self.freshness = Function(
            self,
            "Freshness",
            names=settings.names,
            what="freshness",
            handler="infra.functions.freshness.handler",
            code=operations,
            key=key,
            environment=freshness_environment(settings),
            allowed=freshness_permissions(settings.names, key.key_arn),
            timeout_seconds=120,
        )
        made = [_alarm(self, each, self.topic) for each in alarms(settings)]
        _dashboard(self, made, alarms(settings))


def freshness_environment(settings: Settings) -> dict[str, str]:
    """Return what `infra/functions/freshness.py` reads."""
    return {
        "FRESHNESS_DATABASE": settings.lake.database,
        "FRESHNESS_WORKGROUP": WORKGROUP,
        "FRESHNESS_SILENT_MINUTES": str(settings.alarms.silent_minutes),
    }


def freshness_permissions(names: Names, key_arn: str) -> tuple[Allow, ...]:
    """Return what the look around may do: read, and nothing else but results of its queries."""
    return (
        *read_lake(names),
        *ask_athena(names),
        Allow(sid="ReadLiveValues", actions=("dynamodb:Scan",), resources=(names.table("live_zone"),)),
        Allow(sid="DecryptAndEncrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
    )


def _topic(scope: Construct, settings: Settings, key: kms.IKey) -> sns.Topic:
    topic = sns.Topic(
        scope,
        "Topic",
        topic_name=ALARM_TOPIC,
        display_name=f"Store traffic {settings.stage}",
        master_key=key,
        enforce_ssl=True,
    )
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AlarmsRing",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": settings.account}},
        )
    )
    for address in settings.alarms.emails:
        topic.add_subscription(subscriptions.EmailSubscription(address))
    return topic


def _alarm(scope: Construct, each: Alarm, topic: sns.Topic) -> cloudwatch.Alarm:
    is_below = each.below is not None
    comparison = cloudwatch.ComparisonOperator
    alarm = cloudwatch.Alarm(
        scope,
        "".join(part.capitalize() for part in each.name.split("-")),
        alarm_name=each.full_name,
        alarm_description=f"{each.means} docs/runbook.md#{each.name}",
        metric=_metric(each),
        threshold=each.below if each.below is not None else each.above,
        comparison_operator=comparison.LESS_THAN_THRESHOLD if is_below else comparison.GREATER_THAN_THRESHOLD,
        evaluation_periods=each.periods,
        treat_missing_data=_MISSING[each.missing],
    )
    action = actions.SnsAction(topic)
    alarm.add_alarm_action(action)
    alarm.add_ok_action(action)
    return alarm


def _metric(each: Alarm) -> cloudwatch.IMetric:
    metric = cloudwatch.Metric(
        namespace=each.namespace,
        metric_name=each.metric,
        dimensions_map=dict(each.dimensions) or None,
        statistic=each.statistic,
        period=Duration.seconds(each.period_seconds),
    )
    if not each.is_growth:
        return metric
    return cloudwatch.MathExpression(
        expression="DIFF(counted)",
        using_metrics={"counted": metric},
        period=Duration.seconds(each.period_seconds),
        label=each.name,
    )


def _dashboard(scope: Construct, made: Sequence[cloudwatch.Alarm], described: Iterable[Alarm]) -> None:
    dashboard = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=DASHBOARD, default_interval=Duration.hours(12))
    dashboard.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(made), width=24, height=4))
    graphs = list(_graphs(described))
    for first in range(0, len(graphs), COLUMNS):
        dashboard.add_widgets(*graphs[first : first + COLUMNS])


def _graphs(described: Iterable[Alarm]) -> Iterator[cloudwatch.GraphWidget]:
    for each in described:
        limit = each.below if each.below is not None else each.above
        yield cloudwatch.GraphWidget(
            title=each.name,
            left=[_metric(each)],
            left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="alarm")],
            width=24 // COLUMNS,
        )
