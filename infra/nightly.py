"""The order of a night: days that are over are counted again, summed, and the lake is tidied and checked."""

from __future__ import annotations

from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as steps
from constructs import Construct

from infra.batch_jobs import CONTAINER, LOG_GROUP, BatchJobs
from infra.function import TRACES
from infra.names import BATCH_TASK, CLUSTER, NIGHTLY, Names, partition_of
from infra.permissions import Allow, grant, service_role

VERBS = ("reconcile", "rollup", "maintain", "checks")
"""The steps, in order: hours are summed of reconciled minutes, files are compacted once all is written."""
_LOG_GROUP = f"/aws/vendedlogs/states/{NIGHTLY}"


class Night(Construct):
    """The state machine."""

    def __init__(self, scope: Construct, name: str, *, names: Names, jobs: BatchJobs) -> None:
        super().__init__(scope, name)
        role = service_role(self, "Role", service="states.amazonaws.com", role_name=NIGHTLY)
        policy = grant(role, *nightly_permissions(names))
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=_LOG_GROUP,
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        written = definition(
            names,
            subnet=jobs.network.subnet_id,
            security_group=jobs.network.security_group_id,
            task=jobs.task.attr_task_definition_arn,
        )
        destination = steps.CfnStateMachine.CloudWatchLogsLogGroupProperty(log_group_arn=log.log_group_arn)
        self.machine = steps.CfnStateMachine(
            self,
            "Machine",
            state_machine_name=NIGHTLY,
            role_arn=role.role_arn,
            definition_string=Stack.of(self).to_json_string(written),
            logging_configuration=steps.CfnStateMachine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=True,
                destinations=[steps.CfnStateMachine.LogDestinationProperty(cloud_watch_logs_log_group=destination)],
            ),
            tracing_configuration=steps.CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )
        self.machine.node.add_dependency(policy)


def definition(names: Names, *, subnet: str, security_group: str, task: str) -> dict[str, Any]:
    """Return the night as a state machine: a step that fails is tried once more, then the next ones go on.

    Each step is safe to do again, and none needs that the one before it found nothing wrong: a store whose day could
    not be counted again keeps the stream's figures. In the end the night fails when any of its steps did.
    """
    states: dict[str, Any] = {}
    for verb, following in zip(VERBS, (*VERBS[1:], None), strict=True):
        states[verb] = _step(names, verb, following, subnet=subnet, security_group=security_group, task=task)
        states[f"{verb}-failed"] = {
            "Type": "Pass",
            "Result": True,
            "ResultPath": f"$.failed.{verb}",
            "Next": following or "all-well",
        }
    states["all-well"] = {
        "Type": "Choice",
        "Choices": [
            {
                "Or": [{"Variable": f"$.failed.{verb}", "IsPresent": True} for verb in VERBS],
                "Next": "something-failed",
            }
        ],
        "Default": "done",
    }
    states["done"] = {"Type": "Succeed"}
    states["something-failed"] = {
        "Type": "Fail",
        "Error": "StepFailed",
        "Cause": f"A step failed twice; the log {LOG_GROUP} says why. What was done stays done: start it again.",
    }
    begin = {"Type": "Pass", "Result": {}, "ResultPath": "$.failed", "Next": VERBS[0]}
    return {
        "Comment": "A night: days that are over are counted again, summed, and the lake is tidied and checked",
        "StartAt": "begin",
        "States": {"begin": begin, **states},
        "TimeoutSeconds": 6 * 3600,
    }


def _step(
    names: Names, verb: str, following: str | None, *, subnet: str, security_group: str, task: str
) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:{partition_of(names.region)}:states:::ecs:runTask.sync",
        "Parameters": {
            "Cluster": names.arn("ecs", f"cluster/{CLUSTER}"),
            "TaskDefinition": task,
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {
                "AwsvpcConfiguration": {
                    "Subnets": [subnet],
                    "SecurityGroups": [security_group],
                    # Without a public address it could reach nothing: the network has no NAT, which would cost more.
                    "AssignPublicIp": "ENABLED",
                }
            },
            "Overrides": {"ContainerOverrides": [{"Name": CONTAINER, "Command": ["infra.batch", verb]}]},
        },
        "TimeoutSeconds": 3 * 3600,
        "ResultPath": None,
        "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": f"{verb}-failed"}],
        "Next": following or "all-well",
    }


def nightly_permissions(names: Names) -> tuple[Allow, ...]:
    """Return what the state machine may do: run the one task, wait for it, write its log."""
    return (
        Allow(
            sid="RunTheTask",
            actions=("ecs:RunTask",),
            resources=(names.arn("ecs", f"task-definition/{BATCH_TASK}:*"),),
            why_open="Each deployment makes another revision of this one task.",
            conditions={"ArnEquals": {"ecs:cluster": names.arn("ecs", f"cluster/{CLUSTER}")}},
        ),
        Allow(
            sid="FollowAndStop",
            actions=("ecs:DescribeTasks", "ecs:StopTask"),
            resources=(names.arn("ecs", f"task/{CLUSTER}/*"),),
            why_open="A running task has a random id; all are in this one cluster.",
        ),
        Allow(
            sid="HandOverItsRoles",
            actions=("iam:PassRole",),
            resources=(names.role(BATCH_TASK), names.role(f"{BATCH_TASK}-start")),
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        Allow(
            sid="HearOfItsEnd",
            actions=("events:PutTargets", "events:PutRule", "events:DescribeRule"),
            resources=(names.arn("events", "rule/StepFunctionsGetEventsForECSTaskRule"),),
        ),
        Allow(
            sid="WriteLog",
            actions=(
                "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
            ),
            resources=("*",),
            why_open="Log deliveries have no resources that a policy could name (AWS's guide for Step Functions).",
        ),
        TRACES,
    )  # fmt: skip
