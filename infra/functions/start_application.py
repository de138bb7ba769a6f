"""Starts the streaming application after a deployment: CloudFormation makes it, and leaves it standing still.

A running one is left alone: an update restarts it by itself, from its newest snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from infra.functions.answer import answering

if TYPE_CHECKING:
    from mypy_boto3_kinesisanalyticsv2 import KinesisAnalyticsV2Client

_STANDING = "READY"


def start(client: KinesisAnalyticsV2Client, application: str) -> str:
    """Start an application that stands still; returns what it was doing before."""
    status = client.describe_application(ApplicationName=application)["ApplicationDetail"]["ApplicationStatus"]
    if status == _STANDING:
        client.start_application(
            ApplicationName=application,
            RunConfiguration={
                "ApplicationRestoreConfiguration": {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}
            },
        )
    return status


def work(event: Mapping[str, Any]) -> str:
    """Start the application that the request names; returns what was found."""
    return f"it was {start(boto3.client('kinesisanalyticsv2'), event['ResourceProperties']['Application'])}"


handler = answering(work, physical_id="start-application")
