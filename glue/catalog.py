"""Connections to the Glue catalog: the cloud's by default, any other by endpoint."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import boto3
from pyiceberg.catalog.glue import GlueCatalog

GLUE_ATTEMPTS = 4
"""pyiceberg's ten take over 20 s to find out that an endpoint does not answer."""


def endpoint_of(service: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the endpoint that AWS's own environment variables name for a service, else None: the cloud's."""
    return environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environment.get("AWS_ENDPOINT_URL")


def glue_catalog(
    *, warehouse: str, endpoint_url: str | None = None, environment: Mapping[str, str] = os.environ
) -> GlueCatalog:
    """Return the catalog; `endpoint_url` overrides the environment for Glue and S3 alike.

    pyiceberg reads and writes files by Arrow, which does not look at boto3's settings: it is told by properties.
    """
    properties: dict[str, Any] = {
        "warehouse": warehouse,
        "glue.endpoint": endpoint_url or endpoint_of("glue", environment),
        "s3.endpoint": endpoint_url or endpoint_of("s3", environment),
        "glue.max-retries": GLUE_ATTEMPTS,
        "client.region": environment.get("AWS_REGION") or boto3.Session().region_name,
        "client.access-key-id": environment.get("AWS_ACCESS_KEY_ID"),
        "client.secret-access-key": environment.get("AWS_SECRET_ACCESS_KEY"),
        "client.session-token": environment.get("AWS_SESSION_TOKEN"),
    }
    return GlueCatalog("glue", **{name: value for name, value in properties.items() if value})
