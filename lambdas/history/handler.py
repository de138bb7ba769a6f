"""The Lambda behind the streams of `alerts` and `alert_actions`.

Environment: HISTORY_WAREHOUSE and HISTORY_DATABASE (the lake), HISTORY_DEAD_QUEUE_URL (an SQS queue).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from pyiceberg.catalog.glue import GlueCatalog

from lambdas.history.lake import HistoryLake
from lambdas.history.logic import History

logger = Logger(service="history")


class _Queue:
    """The queue of dead letters."""

    def __init__(self, url: str) -> None:
        self._client = boto3.client("sqs")
        self._url = url

    def bury(self, body: str) -> None:
        self._client.send_message(QueueUrl=self._url, MessageBody=body)
        logger.error("a record of the stream was put aside")


@lru_cache(maxsize=1)
def _history() -> History:
    names = ("HISTORY_WAREHOUSE", "HISTORY_DATABASE", "HISTORY_DEAD_QUEUE_URL")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise RuntimeError(
            f"expected {', '.join(names)} in the environment, came none for {', '.join(missing)}; set them"
        )
    warehouse, database, queue_url = (os.environ[name] for name in names)
    # Arrow, by which files are written, does not look at boto3's settings.
    endpoints: dict[str, Any] = {
        f"{service}.endpoint": url for service in ("glue", "s3") if (url := _endpoint_of(service))
    }
    catalog = GlueCatalog("lake", warehouse=warehouse, **endpoints)
    return History(HistoryLake(catalog, database), _Queue(queue_url))


def _endpoint_of(service: str) -> str | None:
    return os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")


def handler(event: Mapping[str, Any], _: Any) -> None:
    """Keep a batch; an error lets Lambda try the whole batch again, which adds nothing twice."""
    new = _history().keep(event["Records"])
    logger.info("kept", extra={"records": len(event["Records"]), "new_rows": new})
