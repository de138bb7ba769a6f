"""Monday morning: which reports are due, and into the queue with them.

The function runs each hour and takes the instant of its schedule, never the clock: an event that comes late or twice
gives the same reports. Quick Sight makes twelve snapshots at once, so they are started from the queue, not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from lambdas.dashboards.weekly.audiences import Audience
from lambdas.dashboards.weekly.reports import Report, week_before

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10


class QueueError(RuntimeError):
    """Reports could not be put into the queue; the same event does it again, and those that were put come twice."""


def due(audiences: Iterable[Audience], at: dt.datetime) -> Iterator[Report]:
    """Give the reports whose hour of Monday, on the clock of their place, has begun within the hour before `at`.

    Clocks that are half an hour off get theirs up to half an hour later.
    """
    for audience in audiences:
        local = at.astimezone(audience.time_zone)
        if local.isoweekday() == 1 and local.hour == audience.hour:
            yield Report(scope=audience.scope, week=week_before(local.date()))


def put(client: SQSClient, queue_url: str, reports: Iterable[Report]) -> int:
    """Put reports into the queue; returns how many.

    Raises:
        QueueError: the queue did not take some.
    """
    count = 0
    for batch in _tens(reports):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(number), "MessageBody": report.to_json()} for number, report in enumerate(batch)
        ]
        failed = client.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
        if failed:
            raise QueueError(f"queue: expected to take {len(batch)} reports, came {len(failed)} failures; run it again")
        count += len(batch)
    return count


def _tens(reports: Iterable[Report]) -> Iterator[list[Report]]:
    """Give the reports in lists as long as SQS takes at once."""
    rest = iter(reports)
    while batch := list(islice(rest, _BATCH)):
        yield batch
