from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]
import pytest
from aws_cdk import App, Environment, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from contracts.tables import TABLES
from infra.dashboards import Dashboards, QuickSight, cloudformation
from infra.names import Names
from infra.permissions import Allow
from quicksight.api.requests import Request, data_sets_of
from quicksight.api.validate import OPEN_TO_ALL
from quicksight.dashboards import DASHBOARDS

NAMES = Names("111122223333", "eu-central-1", "store_traffic")
OWNER = "arn:aws:quicksight:eu-central-1:111122223333:group/default/store-traffic-owner"
TEMPLATE_BYTES = 1_000_000
"""CloudFormation's limit; a tenth of it is kept free, so that a dashboard more does not fail in the cloud."""

REMARKS = {
    "F3006": "its schemas do not have AWS::QuickSight::Group yet; cfn-lint's do",
    "E1029": "${store} in a formula is a parameter of the dashboard; outside Fn::Sub CloudFormation leaves it",
    "W9009": "logical tables and their rules by row have a successor; both are served (docs/decisions/0023)",
}
"""What CDK's own check of templates remarks, and why it stands."""

Template = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One stack with all dashboards, synthesized and looked at by cdk-nag."""
    out = tmp_path_factory.mktemp("cdk")
    app = App(outdir=str(out), analytics_reporting=False)
    stack = Stack(
        app,
        "dashboards",
        env=Environment(account=NAMES.account, region=NAMES.region),
        suppress_template_indentation=True,
    )
    key = NAMES.arn("kms", "key/12345678-1234-1234-1234-123456789012")
    decrypt = Allow(sid="Decrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key,))
    Dashboards(stack, "Dashboards", names=NAMES, settings=QuickSight(owners=(OWNER,)), decrypt=decrypt)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    return out


@pytest.fixture(scope="module")
def path(folder: Path) -> Path:
    """The template's file."""
    return folder / "dashboards.template.json"


@pytest.fixture(scope="module")
def template(path: Path) -> Template:
    """The template."""
    found: Template = json.loads(path.read_text(encoding="utf-8"))
    return found


def properties(template: Template, kind: str) -> list[Any]:
    """Return the properties of all resources of a kind of Quick Sight."""
    return [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == f"AWS::QuickSight::{kind}"
    ]


def statements(template: Template) -> list[Any]:
    """Return what the role may do."""
    policies = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_every_definition_is_a_dashboard(template: Template) -> None:
    """There is one dashboard for each definition, shared with the readers, and its id is told."""
    made = {each["DashboardId"] for each in properties(template, "Dashboard")}
    assert made == {f"store-traffic-{dashboard.name}" for dashboard in DASHBOARDS}
    assert {output["Value"] for output in template["Outputs"].values()} == made


def test_every_data_set_is_restricted_by_row(template: Template) -> None:
    """Whoever opens a dashboard sees the own rows: every data set has the rules, but for mere choices."""
    for data_set in properties(template, "DataSet"):
        name = data_set["DataSetId"].removeprefix("store-traffic-")
        assert ("RowLevelPermissionDataSet" in data_set) == (name not in OPEN_TO_ALL), name
    assert len(properties(template, "DataSet")) == len(data_sets_of(DASHBOARDS)) + 4


def test_only_what_is_imported_has_a_schedule(template: Template) -> None:
    """Imported data sets are read anew each day; what is asked each time is not."""
    imported = {each["DataSetId"] for each in properties(template, "DataSet") if each["ImportMode"] == "SPICE"}
    schedules = properties(template, "RefreshSchedule")
    assert {each["DataSetId"] for each in schedules} == imported
    assert all(each["Schedule"]["ScheduleFrequency"]["TimeZone"] == "UTC" for each in schedules)


def test_the_role_reads_what_is_shown_and_nothing_else(template: Template) -> None:
    """Every action by its name; tables by theirs; wildcards only for the names of files."""
    said = statements(template)
    actions = {action for each in said for action in _listed(each["Action"])}
    assert not any("*" in action for action in actions)
    assert not {action for action in actions if action.startswith("glue:") and "Get" not in action}
    resources = {resource for each in said for resource in _listed(each["Resource"])}
    assert {resource for resource in resources if "*" in resource} == {
        "arn:aws:s3:::store-traffic-lake-111122223333-eu-central-1/lake/*",
        "arn:aws:s3:::store-traffic-results-111122223333-eu-central-1/athena/*",
    }
    tables = {resource.rpartition("/")[2] for resource in resources if ":table/store_traffic/" in resource}
    assert {"store_v1", "store_period", "viewer_scope"} <= tables
    assert set(TABLES) - tables, "some tables are read by no dashboard, and so not by its role"


def test_writing_is_for_results_only(template: Template) -> None:
    """The lake is read: objects are written below Athena's results alone."""
    writing = [
        each for each in statements(template) if {"s3:PutObject", "s3:DeleteObject"} & {*_listed(each["Action"])}
    ]
    assert [resource for each in writing for resource in _listed(each["Resource"])] == [
        "arn:aws:s3:::store-traffic-results-111122223333-eu-central-1/athena/*"
    ]


def test_things_are_made_after_what_they_need(template: Template) -> None:
    """ARNs are plain text, so what needs what is said: source, rules, data sets, then dashboards."""
    needs = {
        name: set(resource.get("DependsOn", []))
        for name, resource in template["Resources"].items()
        if resource["Type"].startswith("AWS::QuickSight::")
    }
    by_kind = {name: template["Resources"][name]["Type"].rpartition("::")[2] for name in needs}
    data_sets = {name for name, kind in by_kind.items() if kind == "DataSet"}
    (rules,) = {name for name in data_sets if "ViewerScope" in name}
    for name, kind in by_kind.items():
        if kind == "Dashboard":
            assert data_sets <= needs[name]
        if kind == "DataSet" and name != rules:
            assert rules in needs[name]
    assert any(by_kind.get(each) == "DataSource" for each in needs[rules])


def test_the_readers_group_is_made_before_it_is_shared_with(template: Template) -> None:
    """Dashboards name the group of all readers, so it is made where groups are kept."""
    (group,) = properties(template, "Group")
    assert group["GroupName"] == "store-traffic-viewer"


def test_a_template_leaves_room(path: Path) -> None:
    """CloudFormation takes templates up to 1 MB: beyond nine tenths the dashboards go into two stacks."""
    size = path.stat().st_size
    assert size < 0.9 * TEMPLATE_BYTES, f"{size} bytes: put the dashboards into a stack of their own"


def test_cfn_lint_finds_nothing(path: Path) -> None:
    """The template is what CloudFormation's own schemas of Quick Sight say."""
    found = cfnlint.api.lint_file(path)
    assert not [str(match) for match in found]


def test_what_cdk_remarks_is_known(folder: Path) -> None:
    """cdk-nag would have raised; what CDK's own checks remark besides has its reason above."""
    report = json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))
    remarked = {violation["ruleName"] for each in report["pluginReports"] for violation in each["violations"]}
    assert remarked <= set(REMARKS), remarked - set(REMARKS)


@pytest.mark.parametrize(
    ("operation", "said", "expected"),
    [
        ("CreateTopic", {"TopicId": "t", "Topic": {"Name": "n"}}, {"TopicId": "t", "Name": "n"}),
        (
            "CreateRefreshSchedule",
            {"Schedule": {"ScheduleFrequency": {"Interval": "DAILY", "Timezone": "UTC"}}},
            {"Schedule": {"ScheduleFrequency": {"Interval": "DAILY", "TimeZone": "UTC"}}},
        ),
        ("CreateTheme", {"ThemeId": "t"}, {"ThemeId": "t"}),
    ],
)
def test_cloudformation_says_some_things_otherwise(operation: str, said: Template, expected: Template) -> None:
    """Where CloudFormation's names differ from the API's, they are turned; all else is taken as it is."""
    assert cloudformation(Request(operation, "x", said)) == expected


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
