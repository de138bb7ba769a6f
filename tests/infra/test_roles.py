"""What each role may do, and what it must not: read from the templates, written here by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from infra.permissions import Allow, OpenPermissionError
from infra.roles import Role, roles_of, roles_page
from tests.infra.conftest import Synthesized

LAKE = "arn:aws:s3:::store-traffic-lake-123456789012-eu-central-1"
CLIPS = "arn:aws:s3:::store-traffic-clips-123456789012-eu-central-1"
_HERE = "eu-central-1:123456789012"


@dataclass(frozen=True, slots=True)
class Expected:
    """What one role may do, by service; and actions that it must not have, whatever else changes."""

    works_as: str
    may: dict[str, set[str]]
    must_not: tuple[str, ...]


_LOG = {"logs": {"CreateLogStream", "PutLogEvents"}, "xray": {"PutTraceSegments", "PutTelemetryRecords"}}
_KEY = {"kms": {"Decrypt", "GenerateDataKey"}}
_APPEND = {
    "glue": {"GetDatabase", "GetTable", "UpdateTable"},
    "s3": {"GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListBucket", "GetBucketLocation"},
}
_ASK = {"StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution", "GetWorkGroup"}
_RESULTS = {
    "GetObject",
    "PutObject",
    "AbortMultipartUpload",
    "ListMultipartUploadParts",
    "GetBucketLocation",
    "ListBucket",
}
_STREAMS = {"DescribeStream", "GetRecords", "GetShardIterator"}
_LAMBDA = "lambda.amazonaws.com"

EXPECTED = {
    "store-traffic-edge": Expected(
        "credentials.iot.amazonaws.com",
        {
            "kinesis": {"PutRecords", "DescribeStreamSummary"},
            "s3": {"PutObject", "PutObjectTagging", "AbortMultipartUpload", "GetObject"},
            "kms": {"GenerateDataKey"},
        },
        ("kinesis:GetRecords", "s3:ListBucket", "s3:DeleteObject", "kms:Decrypt", "dynamodb:", "glue:", "sts:"),
    ),
    "store-traffic-stream": Expected(
        "kinesisanalytics.amazonaws.com",
        {
            "kinesis": {"DescribeStream", "DescribeStreamSummary", "ListShards", "GetShardIterator", "GetRecords"},
            "dynamodb": {"BatchWriteItem", "DescribeTable", "Query"},
            "glue": _APPEND["glue"],
            "s3": _APPEND["s3"] | {"GetObjectVersion"},
            "logs": {"PutLogEvents", "DescribeLogGroups", "DescribeLogStreams"},
        }
        | _KEY,
        ("kinesis:PutRecord", "glue:CreateTable", "glue:DeleteTable", "ses:", "sns:", "iam:"),
    ),
    "store-traffic-notifier": Expected(
        _LAMBDA,
        {
            "dynamodb": _STREAMS | {"GetItem", "Query", "PutItem", "UpdateItem"},
            "sqs": {"SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"},
            "sns": {"Publish"},
            "ses": {"SendEmail", "SendRawEmail"},
            "sms-voice": {"SendTextMessage"},
        }
        | _LOG
        | _KEY,
        ("s3:", "glue:", "dynamodb:DeleteItem", "dynamodb:Scan", "kinesis:"),
    ),
    "store-traffic-history": Expected(
        _LAMBDA,
        {"dynamodb": _STREAMS, "sqs": {"SendMessage"}} | _APPEND | _LOG | _KEY,
        ("glue:CreateTable", "glue:DeleteTable", "dynamodb:GetItem", "dynamodb:PutItem", "ses:", "sns:"),
    ),
    "store-traffic-lake-tables": Expected(
        _LAMBDA,
        {
            "glue": {
                "CreateDatabase", "GetDatabase", "GetDatabases", "CreateTable", "GetTable", "GetTables", "UpdateTable",
            },
            "athena": _ASK,
            "s3": _RESULTS | {"DeleteObject"},
        }
        | _LOG
        | _KEY,
        ("glue:DeleteTable", "glue:DeleteDatabase", "dynamodb:", "kinesis:"),
    ),
    "store-traffic-start-application": Expected(
        _LAMBDA,
        {"kinesisanalytics": {"DescribeApplication", "StartApplication"}} | _LOG,
        ("kinesisanalytics:DeleteApplication", "kinesisanalytics:UpdateApplication"),
    ),
    "store-traffic-build-image": Expected(_LAMBDA, {"codebuild": {"StartBuild"}} | _LOG, ("codebuild:UpdateProject",)),
    "store-traffic-freshness": Expected(
        _LAMBDA,
        {
            "glue": {"GetDatabase", "GetTable", "GetTables", "GetPartitions"},
            "athena": _ASK,
            "s3": _RESULTS,
            "dynamodb": {"Scan"},
        }
        | _LOG
        | _KEY,
        ("glue:UpdateTable", "s3:DeleteObject", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    ),
    "store-traffic-optimiser": Expected(
        "glue.amazonaws.com",
        {
            "s3": {"GetObject", "PutObject", "DeleteObject", "ListBucket"},
            "glue": {"GetTable", "UpdateTable"},
            "logs": {"CreateLogGroup", "CreateLogStream", "PutLogEvents"},
        }
        | _KEY,
        ("glue:DeleteTable", "glue:CreateTable"),
    ),
    "store-traffic-batch": Expected(
        "ecs-tasks.amazonaws.com",
        {
            "glue": {
                "GetDatabase", "GetDatabases", "CreateDatabase", "DeleteDatabase", "GetTable", "GetTables",
                "CreateTable", "UpdateTable", "DeleteTable", "GetTableOptimizer",
            },
            "s3": _RESULTS | {"DeleteObject"},
            "athena": _ASK,
            "sns": {"Publish"},
        }
        | _KEY,
        ("dynamodb:", "kinesis:", "iam:", "ses:"),
    ),
    "store-traffic-batch-start": Expected(
        "ecs-tasks.amazonaws.com",
        {
            "ecr": {
                "GetAuthorizationToken", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage",
            },
            "logs": {"CreateLogStream", "PutLogEvents"},
        },
        ("ecr:PutImage", "s3:", "secretsmanager:"),
    ),
    "store-traffic-batch-image": Expected(
        "codebuild.amazonaws.com",
        {
            "s3": {"GetObject", "GetObjectVersion"},
            "ecr": {
                "GetAuthorizationToken", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
                "CompleteLayerUpload", "PutImage", "BatchGetImage",
            },
            "logs": {"CreateLogStream", "PutLogEvents"},
        }
        | _KEY,
        ("ecr:DeleteRepository", "s3:PutObject", "iam:", "glue:"),
    ),
    "store-traffic-nightly": Expected(
        "states.amazonaws.com",
        {
            "ecs": {"RunTask", "DescribeTasks", "StopTask"},
            "iam": {"PassRole"},
            "events": {"PutTargets", "PutRule", "DescribeRule"},
            "logs": {
                "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries",
                "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
            },
            "xray": _LOG["xray"],
        },
        ("ecs:RegisterTaskDefinition", "lambda:", "s3:", "glue:"),
    ),
    "store-traffic-quick-sight": Expected(
        "quicksight.amazonaws.com",
        {
            "glue": {"GetDatabase", "GetTable", "GetTables", "GetPartitions"},
            "athena": _ASK
            | {
                "BatchGetQueryExecution", "GetQueryResultsStream", "GetDataCatalog", "GetDatabase", "GetTableMetadata",
            },
            "s3": _RESULTS,
        }
        | _KEY,
        ("glue:UpdateTable", "s3:DeleteObject", "dynamodb:", "kinesis:"),
    ),
    "store-traffic-reader": Expected("*", {}, ("quicksight:", "sts:")),
    "store-traffic-open-dashboard": Expected(
        _LAMBDA,
        {
            "quicksight": {
                "DescribeUser", "RegisterUser", "ListUserGroups", "CreateGroup", "CreateGroupMembership",
                "DeleteGroupMembership", "GenerateEmbedUrlForRegisteredUser",
            },
        }
        | _LOG,
        ("quicksight:UpdateUser", "quicksight:DeleteUser", "quicksight:UpdateDashboard", "athena:", "s3:", "dynamodb:"),
    ),
    "store-traffic-start-reports": Expected(
        _LAMBDA, {"s3": {"GetObject"}, "sqs": {"SendMessage"}} | _KEY | _LOG, ("quicksight:", "ses:", "dynamodb:")
    ),
    "store-traffic-send-reports": Expected(
        _LAMBDA,
        {
            "quicksight": {
                "StartDashboardSnapshotJob", "DescribeDashboardSnapshotJob", "DescribeDashboardSnapshotJobResult",
            },
            "s3": {"GetObject", "PutObject"},
            "sqs": {"SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"},
            "dynamodb": {"Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem"},
            "ses": {"SendEmail", "SendRawEmail"},
        }
        | _KEY
        | _LOG,
        ("quicksight:GenerateEmbedUrl", "athena:", "glue:", "sns:"),
    ),
    "store-traffic-scheduler": Expected(
        "scheduler.amazonaws.com",
        {"lambda": {"InvokeFunction"}, "states": {"StartExecution"}, "sqs": {"SendMessage"}} | _KEY,
        ("iam:", "ecs:", "s3:"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def roles(full: Synthesized) -> dict[str, Role]:
    """Return the roles of the stage with everything on."""
    return roles_of(full.folder)


def test_every_role_is_listed_here(roles: dict[str, Role]) -> None:
    """A new role is not deployed before somebody wrote down what it may do."""
    assert roles.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_role_may_do_what_is_listed_and_nothing_more(roles: dict[str, Role], name: str) -> None:
    """Each role works as one service, and has exactly these actions."""
    role, expected = roles[name], EXPECTED[name]
    wanted = {f"{service}:{action}" for service, actions in expected.may.items() for action in actions}
    assert role.actions == wanted
    assert expected.works_as in role.principal
    assert not [action for action in role.actions if action.startswith(expected.must_not)]


def test_no_action_is_a_wildcard_and_every_open_resource_has_its_reason(synthesized: Synthesized) -> None:
    """Nobody may do `*`; where a resource has one, cdk-nag was told why, for that very resource."""
    reasons = json.dumps([path.read_text() for path in synthesized.folder.glob("*.metadata.json")])
    for role in roles_of(synthesized.folder).values():
        assert not [action for action in role.actions if "*" in action], role.name
        for statement in role.statements:
            for resource in () if statement.is_all_but else statement.resources:
                if "*" in resource:
                    named = resource.replace("${", "<").replace("}", ">")
                    assert f"AwsSolutions-IAM5[Resource::{named}]" in reasons, (role.name, resource)


def test_no_role_has_a_policy_of_aws(synthesized: Synthesized) -> None:
    """Policies that AWS keeps grow by themselves: none is used."""
    assert not [each for each in synthesized.properties("AWS::IAM::Role") if each.get("ManagedPolicyArns")]


def test_a_device_puts_clips_below_its_own_prefix_only(roles: dict[str, Role]) -> None:
    """Thing type and name, which AWS IoT fills in for each device, are the prefix: its store, then itself."""
    edge = roles["store-traffic-edge"]
    own = f"{CLIPS}/${{credentials-iot:ThingTypeName}}/${{credentials-iot:ThingName}}/*"
    assert edge.resources_for("s3:PutObject") == {own}
    assert edge.resources_for("kinesis:PutRecords") == {f"arn:aws:kinesis:{_HERE}:stream/store-traffic-events"}
    (loaded,) = edge.resources_for("s3:GetObject")
    assert "*" not in loaded, "expected the component's one zip"
    assert CLIPS not in loaded


def test_only_what_writes_to_people_reads_addresses(roles: dict[str, Role]) -> None:
    """The table with addresses of people is read by the notifier and by who mails the report, and by nobody else."""
    recipients = f"arn:aws:dynamodb:{_HERE}:table/recipients"
    readers = {name for name, role in roles.items() for each in role.statements if recipients in each.resources}
    assert readers == {"store-traffic-notifier", "store-traffic-send-reports"}


def test_people_are_written_to_from_the_one_address_only(roles: dict[str, Role]) -> None:
    """The notifier sends from the stage's sender and no other."""
    (email,) = [each for each in roles["store-traffic-notifier"].statements if each.sid == "SendEmail"]
    assert json.loads(email.conditions) == {"StringEquals": {"ses:FromAddress": "alerts@example.com"}}


def test_nobody_can_work_as_a_reader(full: Synthesized) -> None:
    """The role that readers are registered with is closed to everybody: its trust policy only denies."""
    (role,) = [each for each in full.properties("AWS::IAM::Role") if each["RoleName"] == "store-traffic-reader"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    assert "Policies" not in role


def test_a_page_opens_at_our_own_addresses_only(roles: dict[str, Role]) -> None:
    """No address is given that lets another site show a dashboard."""
    (opening,) = [each for each in roles["store-traffic-open-dashboard"].statements if each.sid == "Open"]
    domains = json.loads(opening.conditions)["ForAllValues:StringEquals"]["quicksight:AllowedEmbeddingDomains"]
    assert domains == ["https://stores.example.com"]


def test_no_table_of_the_lake_can_be_dropped(roles: dict[str, Role]) -> None:
    """Tables and databases are deleted in staging only, and by the night only."""
    for action in ("glue:DeleteTable", "glue:DeleteDatabase"):
        droppers = {name: found for name, role in roles.items() if (found := role.resources_for(action))}
        assert droppers == {
            "store-traffic-batch": {
                f"arn:aws:glue:{_HERE}:catalog",
                f"arn:aws:glue:{_HERE}:database/store_traffic_staging_*",
                f"arn:aws:glue:{_HERE}:table/store_traffic_staging_*/*",
            }
        }


def test_nobody_but_the_application_and_devices_touches_the_stream(roles: dict[str, Role]) -> None:
    """Events are written by devices and read by the application."""
    by = {name for name, role in roles.items() if any(action.startswith("kinesis:") for action in role.actions)}
    assert by == {"store-traffic-edge", "store-traffic-stream"}


def test_texts_by_sns_reach_numbers_and_no_topic(small: Synthesized) -> None:
    """Where SNS sends text messages, topics of the account are out of reach, but for those meant for alerts."""
    notifier = roles_of(small.folder)["store-traffic-notifier"]
    publishing = [each for each in notifier.statements if "sns:Publish" in each.actions]
    assert [(each.is_all_but, each.resources) for each in publishing] == [
        (False, ("arn:aws:sns:us-east-1:210987654321:store-traffic-told-*",)),
        (True, ("arn:aws:sns:*:*:*",)),
    ]
    assert "ses:SendEmail" not in notifier.actions, "expected none without a sender"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"actions": ("s3:*",), "resources": ("a",)}, "expected every action by its name"),
        ({"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::b/*",)}, "expected a reason for arn:aws:s3:::b/*"),
        ({"actions": ("s3:GetObject",)}, "expected either resources or all_but"),
        ({"actions": ("sns:Publish",), "all_but": ("arn:aws:sns:*:*:*",)}, "expected a reason for arn:aws:sns"),
    ],
)
def test_an_open_permission_without_a_reason_is_not_even_written_down(
    arguments: dict[str, tuple[str, ...]], told: str
) -> None:
    """A wildcard without a reason is refused where it stands in the code, not at the deployment."""
    with pytest.raises(OpenPermissionError, match="open: ") as refused:
        Allow(sid="open", **arguments)  # type: ignore[arg-type]
    assert told in str(refused.value)


def test_the_page_of_roles_lists_every_role(full: Synthesized) -> None:
    """`python -m infra roles` shows each role with what it may do."""
    page = roles_page(full.folder)
    for name in EXPECTED:
        assert f"## {name}\n" in page
    assert "| SendEvents | kinesis:PutRecords, kinesis:DescribeStreamSummary |" in page
