"""Puts the stacks of one stage together: the one place that makes constructs and hands them to each other.

Order matters where something must be there before something else: data, then tables and views, then the stream that
writes them, then what listens to it. Deleting the stacks keeps what was measured unless the stage says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import App, DefaultStackSynthesizer, Environment, Stack, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra import bundle
from infra.alerts import Alerts
from infra.batch_jobs import BatchJobs
from infra.bundle import Bundler
from infra.dashboards import Dashboards, QuickSight
from infra.data import Data
from infra.fleet import Fleet
from infra.names import PREFIX
from infra.nightly import Night
from infra.observability import Observability
from infra.permissions import acknowledge
from infra.processing import Processing
from infra.schedules import Schedules
from infra.settings import Settings
from infra.tables import LakeTables
from infra.viewing import Viewing

OUT = bundle.ROOT / "build/cdk.out"
_CONTEXT = {
    # Constructs do not put versions of the libraries that made them into templates.
    "aws:cdk:version-reporting": False,
    "@aws-cdk/core:target-partitions": ["aws", "aws-cn", "aws-us-gov"],
    "@aws-cdk/aws-iam:minimizePolicies": False,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-s3:createDefaultLoggingPolicy": True,
    "@aws-cdk/aws-kms:aliasNameRef": True,
}


_OF_DASHBOARDS = {
    "E1029": "${name} in a calculated field is a parameter of Quick Sight, and none of CloudFormation.",
    "F3006": "AWS::QuickSight::Group is newer than the list of types that CDK carries.",
    "W9009": "What replaces these properties of data sets cannot yet do row-level security by tags.",
}


@dataclass(frozen=True, slots=True)
class Stacks:
    """The stacks of a stage, in the order in which they are deployed."""

    data: Stack
    tables: Stack
    processing: Stack
    alerts: Stack
    fleet: Stack
    batch: Stack
    observability: Stack
    schedules: Stack
    dashboards: Stack | None = None


def build_app(settings: Settings, *, bundler: Bundler, out: Path = OUT) -> App:
    """Return the app of a stage, with every stack and cdk-nag's AwsSolutions checks; `synth()` writes it to `out`.

    Raises:
        BundleError: what a Lambda runs cannot be put together.
    """
    app = App(outdir=str(out), context=_CONTEXT, analytics_reporting=False)
    stacks = _stacks(app, settings)
    _fill(stacks, settings, bundler)
    for name, value in {**settings.tags, "stage": settings.stage}.items():
        Tags.of(app).add(name, value)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def _stacks(app: App, settings: Settings) -> Stacks:
    return Stacks(
        **{
            part: Stack(
                app,
                f"{PREFIX}-{part}",
                description=description,
                env=Environment(account=settings.account, region=settings.region),
                synthesizer=DefaultStackSynthesizer(),
                # All dashboards together come near CloudFormation's limit of 1 MB.
                suppress_template_indentation=part == "dashboards",
                # Who deletes a stack with data in it does so on purpose, by two steps.
                termination_protection=part == "data" and settings.keeps_data,
            )
            for part, description in _DESCRIPTIONS.items()
            if part != "dashboards" or settings.dashboards.is_on
        }
    )


_DESCRIPTIONS = {
    "data": "Store traffic: event stream, lake, clips, live tables, key",
    "tables": "Store traffic: the lake's tables and views",
    "processing": "Store traffic: the streaming application",
    "alerts": "Store traffic: notifier, history, queues",
    "fleet": "Store traffic: the stores' devices",
    "batch": "Store traffic: what settles days that are over",
    "observability": "Store traffic: alarms and the operators' dashboard",
    "schedules": "Store traffic: what runs by the clock",
    "dashboards": "Store traffic: Quick Sight",
}


def _fill(stacks: Stacks, settings: Settings, bundler: Bundler) -> None:
    names = settings.names
    operations = bundler.folder(bundle.OPERATIONS)
    data = Data(stacks.data, "Data", settings=settings)
    key = data.encryption.key
    LakeTables(
        stacks.tables,
        "Tables",
        settings=settings,
        key=key,
        code=bundler.folder(bundle.LAKE_TABLES),
        decrypt=data.encryption.read_and_write(),
    )
    Processing(
        stacks.processing, "Processing", settings=settings, key=key, package=bundler.package(settings.package),
        starter=operations,
    )  # fmt: skip
    Alerts(
        stacks.alerts,
        "Alerts",
        settings=settings,
        key=key,
        tables=data.live_tables.by_name,
        notifier_code=bundler.folder(bundle.NOTIFIER),
        history_code=bundler.folder(bundle.HISTORY),
    )
    Fleet(stacks.fleet, "Fleet", settings=settings, key=key, artifacts=bundler.edge())
    jobs = BatchJobs(stacks.batch, "Batch", settings=settings, key=key, image=bundler.image(), operations=operations)
    Night(stacks.batch, "Night", names=names, jobs=jobs)
    Observability(stacks.observability, "Observability", settings=settings, key=key, operations=operations)
    Schedules(stacks.schedules, "Schedules", settings=settings, key=key)
    if stacks.dashboards is not None:
        shown = Dashboards(
            stacks.dashboards,
            "Dashboards",
            names=names,
            settings=QuickSight(
                owners=settings.dashboards.owners,
                identity_region=settings.dashboards.identity_region,
                has_topic=settings.dashboards.has_topic,
            ),
            decrypt=data.encryption.read_and_write(),
        )
        Viewing(
            stacks.dashboards,
            "Viewing",
            settings=settings,
            key=key,
            code=bundler.folder(bundle.DASHBOARDS),
            dashboard_ids=shown.dashboard_ids,
            access_logs=data.buckets.access_logs,
        )
        stacks.dashboards.add_stack_dependency(stacks.tables, "data sets read its views")
        stacks.dashboards.add_stack_dependency(stacks.alerts, "the report is sent by its configuration")
        stacks.schedules.add_stack_dependency(stacks.dashboards, "it starts the report")
        for finding, reason in _OF_DASHBOARDS.items():
            acknowledge(stacks.dashboards, f"CloudFormation-Validate::{finding}", reason)
    _order(stacks)


def _order(stacks: Stacks) -> None:
    stacks.tables.add_stack_dependency(stacks.data, "tables lie in its bucket and database")
    stacks.processing.add_stack_dependency(stacks.tables, "the stream makes no table")
    stacks.alerts.add_stack_dependency(stacks.tables, "the history appends to tables")
    stacks.batch.add_stack_dependency(stacks.tables, "the night replaces rows of tables")
    stacks.schedules.add_stack_dependency(stacks.alerts, "it calls the notifier")
    stacks.schedules.add_stack_dependency(stacks.batch, "it starts the night")
    stacks.schedules.add_stack_dependency(stacks.observability, "it calls what looks around")
