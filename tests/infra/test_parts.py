"""Alarms, schedules, the fleet's recipe, and what functions are made of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from infra import bundle
from infra.alarms import alarms
from infra.bundle import BUNDLES, ROOT, Bundle, BundleError, Bundler, size_bytes
from infra.fleet import RECIPE, iot_policy, recipe
from infra.names import Names, partition_of
from infra.schedules import timed
from tests.infra import stages
from tests.infra.conftest import Synthesized

NAMES = Names("123456789012", "eu-central-1", "store_traffic")


def test_every_alarm_rings_where_operators_hear_it(full: Synthesized) -> None:
    """Each alarm tells the one topic, when it begins and when it ends, and leads to its section of the runbook."""
    made = {each["AlarmName"]: each for each in full.properties("AWS::CloudWatch::Alarm")}
    described = {each.full_name: each for each in alarms(full.settings)}
    assert made.keys() == described.keys()
    for name, alarm in made.items():
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert len(alarm["AlarmActions"]) == 1
        assert alarm["AlarmDescription"].endswith(f"docs/runbook.md#{described[name].name}")


@pytest.mark.parametrize(
    "name",
    ["lag", "restarts", "late-share", "rejected-share", "checkpoint-age", "no-data", "downtime", "night-failed"],
)
def test_what_an_operator_must_hear_of_has_an_alarm(name: str) -> None:
    """Lag, restarts, shares of late and rejected records, age of checkpoints, silent stores, failed nights."""
    (alarm,) = [each for each in alarms(stages.full()) if each.name == name]
    assert alarm.means.endswith(".")


def test_alarms_follow_the_stage(full: Synthesized) -> None:
    """Limits are those of the settings; a counter is looked at by its growth, and silence of the watcher rings."""
    made = {
        each["AlarmName"].removeprefix("store-traffic-"): each for each in full.properties("AWS::CloudWatch::Alarm")
    }
    assert made["lag"]["Threshold"] == 120_000
    assert made["late-share"]["Threshold"] == 5
    assert made["checkpoint-age"]["TreatMissingData"] == "breaching"
    expressions = [metric.get("Expression") for metric in made["restarts"]["Metrics"]]
    assert "DIFF(counted)" in expressions
    assert made["night-missing"]["ComparisonOperator"] == "LessThanThreshold"
    assert made["night-missing"]["TreatMissingData"] == "breaching"


def test_every_dead_letter_queue_has_an_alarm(full: Synthesized) -> None:
    """What is put aside is never forgotten."""
    queues = {each["QueueName"] for each in full.properties("AWS::SQS::Queue")}
    watched = {each.dimensions.get("QueueName") for each in alarms(full.settings)}
    assert {queue for queue in queues if queue.endswith("dead")} <= watched


def test_the_dashboard_shows_every_alarm(full: Synthesized) -> None:
    """There is one dashboard, with a graph for each alarm and all of them on top."""
    (dashboard,) = full.properties("AWS::CloudWatch::Dashboard")
    body = json.dumps(dashboard["DashboardBody"])
    for alarm in alarms(full.settings):
        assert alarm.name in body


def test_schedules_are_those_of_the_list_with_a_place_for_what_fails(full: Synthesized) -> None:
    """Each schedule starts its target with its input, is tried again, and ends in a queue when it cannot be."""
    made = {each["Name"]: each for each in full.properties("AWS::Scheduler::Schedule")}
    wanted = {each.name: each for each in timed(full.settings)}
    assert made.keys() == wanted.keys()
    assert made.keys() >= {"nightly", "digests", "freshness", "shares"}
    for name, schedule in made.items():
        target = schedule["Target"]
        assert target["Arn"] == wanted[name].target
        assert json.loads(target["Input"]) == dict(wanted[name].gives)
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 3
        assert "Dead" in json.dumps(target["DeadLetterConfig"])


def test_what_schedules_start_is_there(full: Synthesized) -> None:
    """Every target that a schedule names is made by a stack: names are texts, which could be misspelt."""
    functions = {
        NAMES.arn("lambda", f"function:{each['FunctionName']}") for each in full.properties("AWS::Lambda::Function")
    }
    machines = {
        NAMES.arn("states", f"stateMachine:{each['StateMachineName']}")
        for each in full.properties("AWS::StepFunctions::StateMachine")
    }
    assert {each.target for each in timed(full.settings)} <= functions | machines


def test_the_component_is_the_projects_own_recipe_with_the_wheel_in_a_zip(full: Synthesized) -> None:
    """Only where the files come from and the stream's name differ from packaging/edge/greengrass.yaml."""
    written = yaml.safe_load(recipe(archive_url="s3://bucket/abc.zip", archive_stem="abc", text=RECIPE.read_text()))
    ours = yaml.safe_load(RECIPE.read_text())
    (manifest,), (original,) = written["Manifests"], ours["Manifests"]
    assert manifest["Artifacts"] == [
        {"Uri": "s3://bucket/abc.zip", "Unarchive": "ZIP", "Permission": {"Read": "OWNER"}}
    ]
    install = manifest["Lifecycle"]["Install"]["Script"]
    assert "{artifacts:decompressedPath}/abc/requirements.txt" in install
    assert "{artifacts:path}" not in install
    assert manifest["Lifecycle"]["Run"] == original["Lifecycle"]["Run"]
    assert written["ComponentConfiguration"]["DefaultConfiguration"]["stream"] == "store-traffic-events"
    (component,) = full.properties("AWS::GreengrassV2::ComponentVersion")
    assert "store.traffic.Edge" in json.dumps(component["InlineRecipe"])


def test_no_component_where_a_stage_wants_none(small: Synthesized) -> None:
    """Devices that run the container or the systemd unit need no Greengrass."""
    assert not small.resources("AWS::GreengrassV2::ComponentVersion")
    assert len(small.resources("AWS::IoT::ThingGroup")) == 1


def test_a_certificate_reaches_nothing_of_another_thing() -> None:
    """Everything in AWS IoT that a device may touch bears its own name, but for its component and the role's alias."""
    for statement in iot_policy(NAMES)["Statement"]:
        if statement["Sid"] not in ("Credentials", "Components"):
            assert all("${iot:Connection.Thing.ThingName}" in resource for resource in statement["Resource"])
        assert "*" not in statement["Resource"]
        assert not [action for action in statement["Action"] if "*" in action]


def test_arns_are_of_the_regions_part_of_aws() -> None:
    """In China and for governments, ARNs begin another way."""
    assert [partition_of(region) for region in ("eu-central-1", "cn-north-1", "us-gov-west-1")] == [
        "aws", "aws-cn", "aws-us-gov",
    ]  # fmt: skip
    assert Names("1", "cn-north-1", "d").objects("lake").startswith("arn:aws-cn:s3:::")


def test_the_same_sources_are_the_same_folder(tmp_path: Path) -> None:
    """A folder is made once for the same inputs, and has another name for others."""
    bundler = Bundler(tmp_path, "sources only")
    first = bundler.folder(bundle.OPERATIONS)
    before = first.stat().st_mtime_ns
    assert bundler.folder(bundle.OPERATIONS) == first
    assert first.stat().st_mtime_ns == before
    other = bundler.folder(Bundle("operations", (*bundle.OPERATIONS.sources, "LICENSE")))
    assert other != first


def test_a_function_holds_its_sources_and_no_others(tmp_path: Path) -> None:
    """What runs in the cloud brings neither CDK's modules nor tests, caches or rendered files."""
    for each in BUNDLES:
        folder = Bundler(tmp_path, "sources only").folder(each)
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
        assert not {name for name in names if "__pycache__" in name or name.startswith(("tests", "contracts/rendered"))}
        assert "infra/app.py" not in names
        assert all((folder / source).exists() for source in each.sources)


@pytest.mark.parametrize("each", BUNDLES, ids=lambda each: each.name)
def test_every_library_of_a_function_is_pinned(each: Bundle) -> None:
    """No version is chosen at the time of a deployment."""
    pins = (ROOT / "requirements/project.txt").read_text()
    for library in each.libraries:
        assert f"\n{library.partition('[')[0]}==" in "\n" + pins


def test_a_function_over_lambdas_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is looked at before anything is uploaded, and the way out is named."""
    monkeypatch.setattr(bundle, "LAMBDA_LIMIT_BYTES", 100)
    with pytest.raises(BundleError, match=r"operations: expected at most 100 bytes, came \d+; leave libraries out"):
        Bundler(tmp_path, "sources only").folder(bundle.OPERATIONS)
    assert not list(tmp_path.glob("operations-????????????????")), "expected no folder under its final name"


def test_without_an_application_no_templates_are_made(tmp_path: Path) -> None:
    """A deployment without `make package` is refused with what to do."""
    with pytest.raises(BundleError, match="make package"):
        Bundler(tmp_path).package(tmp_path / "none.zip")


def test_the_image_has_what_its_steps_run(tmp_path: Path) -> None:
    """From its folder alone, with no other code of ours on the path, the steps can be asked for help."""
    folder = Bundler(tmp_path, "sources only").image()
    assert (folder / "Containerfile").exists()
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {_RUN}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert str(folder) in ended.stdout


_RUN = (
    "import infra.batch.__main__ as steps, storeq.check_job, glue.__main__, flink_jobs.settings; "
    "print(steps.__file__, storeq.check_job.__file__)"
)


@pytest.mark.parametrize(
    ("each", "module"),
    [
        (bundle.NOTIFIER, "lambdas.notifier.handler"),
        (bundle.HISTORY, "lambdas.history.handler"),
        (bundle.LAKE_TABLES, "infra.functions.lake_tables"),
        (bundle.OPERATIONS, "infra.functions.freshness"),
        (bundle.DASHBOARDS, "lambdas.dashboards.handler"),
        (bundle.DASHBOARDS, "lambdas.dashboards.weekly.handler"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_function_misses_nothing_that_it_imports(
    each: Bundle, module: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A complete folder, made for this Python, imports its handler with nothing else on the path, within the limit."""
    folder = _complete(each, tmp_path_factory)
    assert size_bytes(folder) <= bundle.LAMBDA_LIMIT_BYTES
    _run_within(folder, f"import {module}", has_boto3=bool(each.libraries))


def test_functions_of_the_lake_make_tables_and_append_to_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What was left out of the libraries is not missed at work: a table is made, a row appended, once."""
    making = (
        "from infra.functions.lake_tables import *; from contracts.tables import TABLES;"
        "lake = Lake(glue_catalog(warehouse='s3://functions/lake'), 'd', 's3://functions/lake');"
        "assert apply_tables(lake, [TABLES['alert_action_v1']]) == ['alert_action_v1: create']"
    )
    appending = (
        "import os; os.environ |= dict(HISTORY_WAREHOUSE='s3://functions/lake', HISTORY_DATABASE='d',"
        " HISTORY_DEAD_QUEUE_URL='http://127.0.0.1/none');"
        "from lambdas.history import handler; from lambdas.alert_store.items import attributes;"
        "act = dict(store_id='s', action_id='a#0001', alert_id='a', action='acknowledge', person_id='p',"
        " acted_ms=1795000000000, expires_at=1795000000);"
        "record = dict(eventName='INSERT', dynamodb=dict(SequenceNumber='1', NewImage=attributes(act)));"
        "keep = handler._history().keep;"
        "assert [keep([record]), keep([record])] == [1, 0]"
    )
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        place = {"LocationConstraint": "eu-central-1"}
        session = boto3.Session("test", "test", region_name="eu-central-1")
        session.client("s3", endpoint_url=url).create_bucket(Bucket="functions", CreateBucketConfiguration=place)  # type: ignore[arg-type]
        _run_within(_complete(bundle.LAKE_TABLES, tmp_path_factory), making, url=url)
        _run_within(_complete(bundle.HISTORY, tmp_path_factory), appending, url=url)
    finally:
        server.stop()


def _complete(each: Bundle, folders: pytest.TempPathFactory) -> Path:
    bundler = Bundler(folders.getbasetemp() / "complete", python_version=f"3.{sys.version_info.minor}")
    try:
        return bundler.folder(each)
    except BundleError as error:
        if "error sending request" in str(error) or "dns error" in str(error):
            pytest.skip("no package registry can be reached from here")
        raise


def _run_within(folder: Path, code: str, *, url: str = "", has_boto3: bool = True) -> None:
    """Run Python with a folder of a function on the path and nothing else; boto3 where Lambda would bring it."""
    path = [str(folder)] if has_boto3 else [str(folder), str(Path(boto3.__file__).parents[1])]
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {path!r}; {code}"],
        cwd=folder,
        env=environment | ({"AWS_ENDPOINT_URL": url} if url else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
