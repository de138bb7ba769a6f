"""Starts the build of the batch image after a deployment that brings another source; it goes on by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3

from infra.functions.answer import answering


def work(event: Mapping[str, Any]) -> str:
    """Start the build of the project that the request names; returns its id."""
    started = boto3.client("codebuild").start_build(projectName=event["ResourceProperties"]["Project"])
    return f"build {started['build']['id']}"


handler = answering(work, physical_id="build-image")
