"""What the templates promise of all that they make."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.tables import DYNAMODB_TABLES, LAKE_TABLES
from glue.maintenance.optimizers import configurations
from glue.views import load_views
from infra.buckets import CLIP_DAYS
from tests.infra.conftest import Synthesized

KEY = "EncryptionKey"
SENT_TABLE = "store-traffic-reports-sent"
"""What was mailed, for 60 days: nothing that was measured, so it goes with its stack."""
LONGEST_SECONDS = 180


def test_templates_and_checks_are_made_offline_within_three_minutes(full: Synthesized) -> None:
    """All stacks are written, and cdk-nag finds nothing that has no reason beside the code: it would have raised."""
    assert full.seconds < LONGEST_SECONDS
    assert [path.name.split(".")[0].removeprefix("store-traffic-") for path in full.templates] == [
        "alerts", "batch", "dashboards", "data", "fleet", "observability", "processing", "schedules", "tables",
    ]  # fmt: skip


def test_cfn_lint_finds_nothing(synthesized: Synthesized) -> None:
    """The templates are what CloudFormation's own schemas ask for."""
    # W3005: CDK writes that a function waits for its role, which follows from naming it.
    linted = subprocess.run(
        [
            str(Path(sys.executable).with_name("cfn-lint")),
            "--ignore-checks",
            "W3005",
            "--",
            *map(str, synthesized.templates),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout.strip()) == (0, "")


def test_every_acknowledged_finding_has_a_reason_in_words(synthesized: Synthesized) -> None:
    """What cdk-nag would complain of and we let stand says why, in a sentence."""
    reasons = dict(_acknowledged(synthesized.folder))
    assert reasons, "expected acknowledgements in the metadata: their place may have changed"
    for finding, reason in reasons.items():
        assert len(reason.split()) >= 6, f"{finding}: expected a sentence, came {reason!r}"


def test_buckets_are_private_encrypted_and_by_tls_only(synthesized: Synthesized) -> None:
    """No bucket is public, none is without encryption, and none is asked without TLS."""
    buckets = synthesized.resources("AWS::S3::Bucket")
    assert len(buckets) == (5 if synthesized.settings.has_weekly_report else 4)
    policies = [json.dumps(each) for each in synthesized.properties("AWS::S3::BucketPolicy")]
    for name, bucket in buckets.items():
        said = bucket["Properties"]
        assert all(said["PublicAccessBlockConfiguration"].values())
        (rule,) = said["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        # S3 writes its log, and Quick Sight its PDFs: neither has our key.
        is_of_service = "AccessLogs" in name or "ViewingReports" in name
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == ("AES256" if is_of_service else "aws:kms")
        (policy,) = [each for each in policies if f'"Bucket": {{"Ref": "{name.partition("/")[2]}"}}' in each]
        assert '"aws:SecureTransport": "false"' in policy
        assert '"Effect": "Deny"' in policy


def test_clips_go_by_the_class_that_the_edge_tags_them_with(full: Synthesized) -> None:
    """Each retention class of the edge has its own number of days in the bucket's lifecycle."""
    (clips,) = [each for name, each in full.resources("AWS::S3::Bucket").items() if "BucketsClips" in name]
    rules = clips["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["TagFilters"][0]["Value"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert days == CLIP_DAYS
    assert all(rule["TagFilters"][0]["Key"] == "retention" for rule in rules if "ExpirationInDays" in rule)


def test_nothing_versions_the_lake(full: Synthesized) -> None:
    """A store that is deleted leaves no earlier versions of its files behind."""
    assert not any("VersioningConfiguration" in each for each in full.properties("AWS::S3::Bucket"))


def test_events_are_encrypted_with_our_key(full: Synthesized) -> None:
    """The stream is encrypted, has the shards that were asked for, and keeps a week to replay."""
    (stream,) = full.properties("AWS::Kinesis::Stream")
    assert stream["StreamEncryption"]["EncryptionType"] == "KMS"
    assert KEY in json.dumps(stream["StreamEncryption"]["KeyId"])
    assert (stream["ShardCount"], stream["RetentionPeriodHours"]) == (2, 168)
    assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}


def test_on_demand_names_no_shards(small: Synthesized) -> None:
    """A stream that follows the load has no number of shards."""
    (stream,) = small.properties("AWS::Kinesis::Stream")
    assert stream["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert "ShardCount" not in stream


def test_the_key_turns(synthesized: Synthesized) -> None:
    """There is one key, and it is turned each year."""
    (key,) = synthesized.properties("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True


def test_queues_and_topics_are_encrypted_and_by_tls_only(synthesized: Synthesized) -> None:
    """No message lies unencrypted, and none travels without TLS."""
    for queue in synthesized.properties("AWS::SQS::Queue"):
        assert "KmsMasterKeyId" in queue
    for topic in synthesized.properties("AWS::SNS::Topic"):
        assert "KmsMasterKeyId" in topic
    kinds = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    policies = [json.dumps(each) for kind in kinds for each in synthesized.properties(kind)]
    assert len(policies) == len(synthesized.resources("AWS::SQS::Queue")) + 1
    assert all('"aws:SecureTransport": "false"' in policy for policy in policies)


def test_live_tables_are_those_of_the_contract(synthesized: Synthesized) -> None:
    """Each table of DynamoDB has the contract's key, recovery, our key, expiry where it has the column, its stream."""
    made = {each["TableName"]: each for each in synthesized.properties("AWS::DynamoDB::Table")}
    made.pop(SENT_TABLE, None)
    assert made.keys() == {table.name for table in DYNAMODB_TABLES}
    for table in DYNAMODB_TABLES:
        said = made[table.name]
        assert tuple(part["AttributeName"] for part in said["KeySchema"]) == table.key
        assert said["BillingMode"] == "PAY_PER_REQUEST"
        assert said["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert said["SSESpecification"]["SSEType"] == "KMS"
        expires = any(column.name == "expires_at" for column in table.columns)
        assert said.get("TimeToLiveSpecification", {}).get("Enabled", False) is expires
        assert ("StreamSpecification" in said) is table.tells_changes


def test_deleting_the_stacks_keeps_what_was_measured(full: Synthesized) -> None:
    """Stream, lake, clips, tables in DynamoDB, the catalog and the key stay when the stacks go."""
    kept = [name for name, each in full.resources().items() if each.get("DeletionPolicy") == "Retain"]
    kinds = {full.resources()[name]["Type"] for name in kept}
    assert kinds >= {
        "AWS::KMS::Key", "AWS::Kinesis::Stream", "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Glue::Database",
    }  # fmt: skip
    assert len([name for name in kept if "Buckets" in name]) == 3, "lake, clips and the log of requests"
    tables = [each for each in full.properties("AWS::DynamoDB::Table") if each["TableName"] != SENT_TABLE]
    assert all(each["DeletionProtectionEnabled"] for each in tables)
    assert _manifest(full, "data")["terminationProtection"] is True


def test_a_stage_can_ask_that_its_data_goes_with_it(small: Synthesized) -> None:
    """Where a stage says so, nothing is kept, and nothing is protected."""
    assert not [name for name, each in small.resources().items() if each.get("DeletionPolicy") == "Retain"]
    assert not any(each.get("DeletionProtectionEnabled") for each in small.properties("AWS::DynamoDB::Table"))
    assert not _manifest(small, "data").get("terminationProtection", False)


def test_everything_that_costs_bears_the_tags(full: Synthesized) -> None:
    """The stage's tags are on what is paid for, so that the bill can be split."""
    for kind in ("AWS::Kinesis::Stream", "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Lambda::Function"):
        for said in full.properties(kind):
            tags = {tag["Key"]: tag["Value"] for tag in said["Tags"]}
            assert tags.items() >= {"application": "store-traffic", "cost-centre": "stores", "stage": "full"}.items()
    (application,) = full.properties("AWS::KinesisAnalyticsV2::Application")
    assert {"Key": "cost-centre", "Value": "stores"} in application["Tags"]


def test_nobody_goes_around_the_limits_of_athena(full: Synthesized) -> None:
    """The workgroup decides where results go and how they are encrypted, and ends a query that reads too much."""
    (workgroup,) = full.properties("AWS::Athena::WorkGroup")
    said = workgroup["WorkGroupConfiguration"]
    assert said["EnforceWorkGroupConfiguration"] is True
    assert said["BytesScannedCutoffPerQuery"] == 100_000_000_000
    result = said["ResultConfiguration"]
    assert result["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert result["ExpectedBucketOwner"] == "123456789012"


def test_every_question_has_a_name_in_the_editor(full: Synthesized) -> None:
    """Each view of `sql/athena` is a named query."""
    assert {each["Name"] for each in full.properties("AWS::Athena::NamedQuery")} == {v.name for v in load_views()}


def test_optimisers_are_those_of_the_project_and_never_beside_our_own(full: Synthesized, small: Synthesized) -> None:
    """Where Glue maintains the lake, each table has the three optimisers of `python -m glue optimizers`; else none."""
    made = {(each["TableName"], each["Type"]): each for each in full.properties("AWS::Glue::TableOptimizer")}
    assert made.keys() == {(table.name, kind) for table in LAKE_TABLES for kind in configurations(table, role_arn="")}
    for table in LAKE_TABLES:
        for kind, wanted in configurations(table, role_arn="").items():
            said = dict(made[table.name, kind]["TableOptimizerConfiguration"])
            assert said.pop("Enabled") is True
            assert "RoleArn" in said
            assert _lowered(said) == _lowered({k: v for k, v in wanted.items() if k not in ("roleArn", "enabled")}) | {
                "rolearn": _lowered(said["RoleArn"])
            }
    assert not small.resources("AWS::Glue::TableOptimizer")


def test_cloudformation_never_holds_a_table_of_the_lake(synthesized: Synthesized) -> None:
    """Tables are made by our function: an update of a `Glue::Table` would undo every commit since."""
    assert not synthesized.resources("AWS::Glue::Table")
    assert len(synthesized.resources("Custom::LakeTables")) == 1


def test_logs_end(synthesized: Synthesized) -> None:
    """No log is kept for ever."""
    groups = synthesized.properties("AWS::Logs::LogGroup")
    assert len(groups) >= 8
    assert all(group["RetentionInDays"] <= 90 for group in groups)


def test_functions_are_traced_and_their_settings_encrypted(synthesized: Synthesized) -> None:
    """Every function of ours runs on Python 3.13, is traced, and has its environment under our key."""
    functions = synthesized.properties("AWS::Lambda::Function")
    assert len(functions) == (9 if synthesized.settings.dashboards.is_on else 6)
    for function in functions:
        assert function["Runtime"] == "python3.13"
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert "KmsKeyArn" in function or "Environment" not in function


def test_nothing_comes_into_the_network(synthesized: Synthesized) -> None:
    """The one security group lets nothing in, and only TLS out."""
    (group,) = synthesized.properties("AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert [(rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]] == [(443, 443)]
    assert not synthesized.resources("AWS::EC2::SecurityGroupIngress")


def test_no_secret_stands_in_a_template(full: Synthesized) -> None:
    """The key of web push is a reference that CloudFormation resolves."""
    (notifier,) = [
        each for each in full.properties("AWS::Lambda::Function") if each["FunctionName"].endswith("notifier")
    ]
    assert notifier["Environment"]["Variables"]["NOTIFIER_PUSH_KEY"].startswith(
        "{{resolve:secretsmanager:store-traffic"
    )


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("tables", "data"), ("processing", "tables"), ("alerts", "tables"), ("batch", "tables"),
        ("schedules", "batch"), ("schedules", "alerts"), ("schedules", "observability"),
    ],
)  # fmt: skip
def test_stacks_are_deployed_in_an_order_that_works(full: Synthesized, later: str, earlier: str) -> None:
    """What a stack needs is there before it."""
    assert f"store-traffic-{earlier}" in _needed(full, later)


def _needed(synthesized: Synthesized, part: str) -> set[str]:
    artifacts = json.loads((synthesized.folder / "manifest.json").read_text())["artifacts"]
    return set(artifacts[f"store-traffic-{part}"]["dependencies"])


def _manifest(synthesized: Synthesized, part: str) -> dict[str, Any]:
    artifacts = json.loads((synthesized.folder / "manifest.json").read_text())["artifacts"]
    return dict(artifacts[f"store-traffic-{part}"]["properties"])


def _acknowledged(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.glob("*.metadata.json"):
        for entries in json.loads(path.read_text()).values():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from entry["data"].items()


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): _lowered(inner) for name, inner in value.items()}
    return value
