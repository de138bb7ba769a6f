"""What Lambda calls: each hour, to see which reports are due, and with messages of the queue of reports.

The hourly rule passes its own event, whose `time` decides. The queue's visibility timeout is at least six times the
function's; after five receipts a message goes to the queue of dead letters.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

from lambdas.dashboards.quick_sight import CALLS
from lambdas.dashboards.scopes import Scope
from lambdas.dashboards.weekly.audiences import Audience, read_audiences
from lambdas.dashboards.weekly.deliver import Delivery
from lambdas.dashboards.weekly.mail import Mailer
from lambdas.dashboards.weekly.people import People
from lambdas.dashboards.weekly.reports import report_of
from lambdas.dashboards.weekly.settings import Settings, read_settings
from lambdas.dashboards.weekly.snapshots import Snapshots
from lambdas.dashboards.weekly.start import due, put

logger = Logger(service="weekly-report")


def on_schedule(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001 - Lambda's own signature
    """Put the reports that are due into the queue; an error lets EventBridge try the event again."""
    settings = read_settings(os.environ)
    reports = list(due(_audiences(settings).values(), dt.datetime.fromisoformat(event["time"])))
    count = put(boto3.client("sqs", config=CALLS), settings.queue_url, reports)
    logger.info("reports due", extra={"reports": count})
    return {"reports": count}


def on_queue(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Take each report further; name those that failed, as Lambda wants them named."""
    delivery = _delivery()

    def take(record: SQSRecord) -> None:
        try:
            delivery.take(report_of(record.body), context)
        except Exception as error:
            logger.error("report failed", extra={"reason": str(error), "kind": type(error).__name__}, exc_info=error)
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event=dict(event), record_handler=take, processor=processor))


def _audiences(settings: Settings) -> Mapping[Scope, Audience]:
    """Read the audiences as they stand now: a right that was taken away holds from the next report on."""
    found = boto3.client("s3", config=CALLS).get_object(Bucket=settings.bucket, Key=settings.audiences)
    return read_audiences(found["Body"].read().decode())


def _delivery() -> Delivery:
    settings = read_settings(os.environ)
    clients = _clients()
    return Delivery(
        snapshots=Snapshots(clients["quicksight"], settings),
        people=People(clients["dynamodb"], table=settings.recipients_table, logger=logger),
        mailer=Mailer(clients["sesv2"], sender=settings.sender, configuration_set=settings.configuration_set),
        s3=clients["s3"],
        sqs=clients["sqs"],
        sent=DynamoDBPersistenceLayer(table_name=settings.sent_table, boto3_client=clients["dynamodb"]),
        audiences=_audiences(settings),
        settings=settings,
        logger=logger,
    )


@lru_cache(maxsize=1)
def _clients() -> dict[str, Any]:
    """Return the clients of all services, made once for a function."""
    session = boto3.Session()
    return {name: session.client(name, config=CALLS) for name in ("quicksight", "dynamodb", "sesv2", "s3", "sqs")}
