"""What runs by the clock: the night, digests, freshness. What could not be started lies in a queue with an alarm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.names import NIGHTLY, PREFIX, SCHEDULE_DEAD_QUEUE, SCHEDULES, Names
from infra.permissions import Allow, grant, service_role
from infra.queues import encrypted_queue
from infra.settings import Settings

_RETRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One thing that runs by the clock.

    Attributes:
        name: of the schedule.
        at: `cron(…)` in UTC, or `rate(…)`.
        target: ARN of a Lambda or a state machine.
        gives: what it is given.
        flexible_minutes: it may begin so much later.
    """

    name: str
    at: str
    target: str
    gives: Mapping[str, str] = field(default_factory=dict)
    flexible_minutes: int = 0


def timed(settings: Settings) -> tuple[Timed, ...]:
    """Return everything that runs by the clock."""
    names = settings.names
    freshness = names.function("freshness")
    reports = Timed(
        name="reports",
        at="cron(0 * * * ? *)",
        target=names.function("start-reports"),
        # Whose Monday morning it is follows from when it should have run, however late it does.
        gives={"time": "<aws.scheduler.scheduled-time>"},
    )
    return (
        Timed(
            name="nightly",
            at=settings.schedules.nightly,
            target=names.arn("states", f"stateMachine:{NIGHTLY}"),
            flexible_minutes=10,
        ),
        Timed(name="digests", at="rate(5 minutes)", target=names.function("notifier"), gives={"action": "digest"}),
        Timed(name="freshness", at="rate(5 minutes)", target=freshness, gives={"measure": "freshness"}),
        Timed(name="shares", at="rate(1 hour)", target=freshness, gives={"measure": "shares"}),
        *((reports,) if settings.has_weekly_report else ()),
    )


class Schedules(Construct):
    """A group of schedules, and the role that starts what they name, and nothing else."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, key: kms.IKey) -> None:
        super().__init__(scope, name)
        names = settings.names
        dead = encrypted_queue(self, "Dead", SCHEDULE_DEAD_QUEUE, key)
        role = service_role(self, "Role", service="scheduler.amazonaws.com", role_name=f"{PREFIX}-scheduler")
        policy = grant(role, *schedule_permissions(names, timed(settings), key.key_arn))
        group = scheduler.CfnScheduleGroup(self, "Group", name=SCHEDULES)
        for each in timed(settings):
            schedule = _schedule(self, each, role_arn=role.role_arn, dead_arn=dead.queue_arn)
            schedule.add_resource_dependency(group)
            schedule.node.add_dependency(policy)


def schedule_permissions(names: Names, entries: tuple[Timed, ...], key_arn: str) -> tuple[Allow, ...]:
    """Return what the scheduler may start: exactly what the entries name."""
    lambdas = sorted({each.target for each in entries if ":function:" in each.target})
    machines = sorted({each.target for each in entries if ":stateMachine:" in each.target})
    return (
        Allow(sid="CallFunctions", actions=("lambda:InvokeFunction",), resources=tuple(lambdas)),
        Allow(sid="StartTheNight", actions=("states:StartExecution",), resources=tuple(machines)),
        Allow(sid="PutAside", actions=("sqs:SendMessage",), resources=(names.arn("sqs", SCHEDULE_DEAD_QUEUE),)),
        Allow(sid="EncryptWhatIsPutAside", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
    )


def _schedule(scope: Construct, each: Timed, *, role_arn: str, dead_arn: str) -> scheduler.CfnSchedule:
    is_flexible = each.flexible_minutes > 0
    return scheduler.CfnSchedule(
        scope,
        each.name.capitalize(),
        name=each.name,
        group_name=SCHEDULES,
        schedule_expression=each.at,
        schedule_expression_timezone="UTC",
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(
            mode="FLEXIBLE" if is_flexible else "OFF",
            maximum_window_in_minutes=each.flexible_minutes if is_flexible else None,
        ),
        target=scheduler.CfnSchedule.TargetProperty(
            arn=each.target,
            role_arn=role_arn,
            input=json.dumps(dict(each.gives)),
            dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead_arn),
            retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                maximum_retry_attempts=_RETRIES, maximum_event_age_in_seconds=3600
            ),
        ),
    )
