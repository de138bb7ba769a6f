"""The Lambda that asks the checks of the lake on a schedule, by Athena.

Environment: CHECKS_DATABASE (of the Glue catalog), CHECKS_TOPIC_ARN (an SNS topic, told of what fails), and, where they
differ from Athena's defaults, CHECKS_WORKGROUP and CHECKS_OUTPUT (s3://…). CHECKS_WITHOUT names tables, by commas,
that are too dear to read every night, such as event_v1: checks that read them are not asked.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from glue.views import load_checks, load_views
from storeq.checking import Checked, check_lake
from storeq.engines import Engine
from storeq.engines.athena import Athena

NAMESPACE = "StoreTraffic/Checks"
LONGEST_SUBJECT = 100
"""What SNS takes at most."""
REQUIRED = ("CHECKS_DATABASE", "CHECKS_TOPIC_ARN")

logger = Logger(service="checks")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says."""

    database: str
    topic_arn: str
    workgroup: str
    output: str | None
    without: tuple[str, ...]


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings.

    Raises:
        RuntimeError: variables are missing; the message names all of them.
    """
    if missing := [name for name in REQUIRED if not environment.get(name)]:
        raise RuntimeError(f"expected {', '.join(REQUIRED)} in the environment, came none for {', '.join(missing)}")
    return Settings(
        database=environment["CHECKS_DATABASE"],
        topic_arn=environment["CHECKS_TOPIC_ARN"],
        workgroup=environment.get("CHECKS_WORKGROUP") or "primary",
        output=environment.get("CHECKS_OUTPUT") or None,
        without=tuple(name.strip() for name in environment.get("CHECKS_WITHOUT", "").split(",") if name.strip()),
    )


def handler(_: object, __: object) -> dict[str, list[str]]:
    """Ask every check; returns the names of the checks by verdict."""
    settings = settings_of(os.environ)
    engine = Athena(settings.database, settings.workgroup, settings.output)
    return run(engine, settings, sns=boto3.client("sns"), now=dt.datetime.now(dt.UTC))


def run(engine: Engine, settings: Settings, *, sns: Any, now: dt.datetime) -> dict[str, list[str]]:
    """Ask every check, measure, and tell the topic when one fails; returns the names of the checks by verdict.

    Raises:
        EngineError: the engine cannot be reached, or cannot run a check: the whole run counts for nothing.
    """
    checked = list(check_lake(engine, load_checks(now=now), load_views(), without=settings.without))
    for each in checked:
        logger.info("checked", extra={"check": each.check.name, "verdict": each.verdict, "violations": each.count})
    by_verdict = _by_verdict(checked)
    for verdict in ("holds", "warns", "fails"):
        _measure(verdict, len(by_verdict.get(verdict, ())))
    if failed := [each for each in checked if each.verdict == "fails"]:
        sns.publish(TopicArn=settings.topic_arn, Subject=_subject(failed), Message=_message(failed))
    return by_verdict


def _by_verdict(checked: Iterable[Checked]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in checked:
        found.setdefault(each.verdict, []).append(each.check.name)
    return found


def _measure(verdict: str, count: int) -> None:
    with single_metric(name=verdict.capitalize(), unit=MetricUnit.Count, value=count, namespace=NAMESPACE):
        pass


def _subject(failed: list[Checked]) -> str:
    return f"The lake's books: {len(failed)} checks fail: {', '.join(each.check.name for each in failed)}"[
        :LONGEST_SUBJECT
    ]


def _message(failed: list[Checked]) -> str:
    """Say what does not hold; of the rows only their number, as a message may reach whom they do not concern."""
    lines = [f"{each.check.name}: {each.count} against: {each.check.sentence}" for each in failed]
    return "\n".join([*lines, "", "`storeq check --engine athena` shows the rows."])
