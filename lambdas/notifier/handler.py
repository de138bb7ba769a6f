"""What Lambda calls: on changes of alerts and acts, on messages to try again, and every five minutes for digests."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas.notifier.clients import Clients, channels_of
from lambdas.notifier.logic import Notifier
from lambdas.notifier.settings import read_settings
from lambdas.notifier.telemetry import Telemetry

# Short, and tried once more only: what fails here is tried again by the queue.
_CALLS = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's own signature
    """Handle a batch of records or messages, or `{"action": "digest"}`."""
    if event.get("action") == "digest":
        return {"digests": _notifier().send_digests()}
    records = event.get("Records", [])
    is_from_queue = bool(records) and records[0].get("eventSource") == "aws:sqs"
    return _notifier().handle_retry(records) if is_from_queue else _notifier().handle_stream_records(records)


@lru_cache(maxsize=1)
def _notifier() -> Notifier:
    settings = read_settings(os.environ)
    clients = Clients(
        ses=boto3.client("sesv2", config=_CALLS),
        sns=boto3.client("sns", config=_CALLS),
        sms=boto3.client("pinpoint-sms-voice-v2", config=_CALLS),
    )
    return Notifier(
        dynamodb=boto3.client("dynamodb", config=_CALLS),
        sqs=boto3.client("sqs", config=_CALLS),
        channels=channels_of(settings, clients),
        settings=settings,
        telemetry=Telemetry(Logger(service="notifier")),
        clock=lambda: time.time_ns() // 1_000_000,
    )
