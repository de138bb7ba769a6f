"""The notifier: from what changed to who is told. Give it clients, channels and a clock; it reads nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from contracts.alerts import Alert
from contracts.recipients import ChannelKind, Recipient
from lambdas.notifier.channels.base import Channel
from lambdas.notifier.delivery import Delivery
from lambdas.notifier.digest import Digests
from lambdas.notifier.ledger import BusyError, Ledger
from lambdas.notifier.planning import Due, chosen, due_of_act, due_of_change
from lambdas.notifier.queues import Notice, PoisonError, Queues, notice_of
from lambdas.notifier.records import NewAct, read_record
from lambdas.notifier.sender import Sender
from lambdas.notifier.settings import Settings
from lambdas.notifier.store import Reads, TableNames
from lambdas.notifier.telemetry import Telemetry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

PASSING = (BusyError, ClientError, BotoCoreError)
"""What another try may mend; anything else about a record is put aside, so that the others go on."""


class Notifier:
    """Tells the right people, once, with the evidence."""

    def __init__(
        self,
        *,
        dynamodb: DynamoDBClient,
        sqs: SQSClient,
        channels: Mapping[ChannelKind, Channel],
        settings: Settings,
        telemetry: Telemetry,
        clock: Callable[[], int],
    ) -> None:
        tables = TableNames.with_prefix(settings.table_prefix)
        self._telemetry = telemetry
        self._reads = Reads(dynamodb, telemetry=telemetry, tables=tables)
        self._queues = Queues(
            sqs, retry_url=settings.retry_queue_url, dead_url=settings.dead_queue_url, telemetry=telemetry
        )  # fmt: skip
        ledger = Ledger(dynamodb, table=tables.notifications, lease_ms=settings.lease_ms)
        self.sender = Sender(reads=self._reads, ledger=ledger, channels=channels, app_url=settings.app_url)
        self._delivery = Delivery(
            reads=self._reads,
            ledger=ledger,
            sender=self.sender,
            queues=self._queues,
            telemetry=telemetry,
            settings=settings,
            clock=clock,
        )
        self._digests = Digests(
            reads=self._reads,
            ledger=ledger,
            sender=self.sender,
            queues=self._queues,
            telemetry=telemetry,
            clock=clock,
        )

    def handle_stream_records(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Handle records of the tables' streams; return the failed ones as Lambda wants them named."""
        return _batch(records, EventType.DynamoDBStreams, self._stream_record)

    def handle_retry(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Handle messages of the queue `notifier-retry`; return the failed ones as Lambda wants them named."""
        return _batch(messages, EventType.SQS, self._retry_message)

    def send_digests(self) -> int:
        """Send what was held and is due now; return how many messages went out."""
        return self._digests.send_all()

    # The processor passes each by the name `record`.
    def _stream_record(self, record: DynamoDBRecord) -> None:
        raw: dict[str, Any] = record.raw_event
        try:
            self._record(raw)
        except PASSING as passing:
            self._telemetry.warn("to be tried again", fault=type(passing).__name__)
            raise
        except Exception as broken:
            self._queues.bury_record(raw, _reason(broken))

    def _retry_message(self, record: SQSRecord) -> None:
        try:
            self._message(json.loads(record.body))
        except PASSING as passing:
            self._telemetry.warn("to be tried again", fault=type(passing).__name__)
            raise
        except Exception as broken:
            self._queues.bury_message(record.body, _reason(broken))

    def _message(self, written: Any) -> None:
        if isinstance(written, Mapping) and "record" in written:
            self._record(written["record"])
            return
        notice = notice_of(written.get("notice") if isinstance(written, Mapping) else None)
        self._delivery.again(notice, self._alert(notice.store_id, notice.alert_id))

    def _record(self, raw: Mapping[str, Any]) -> None:
        change = read_record(raw)
        if change is None:
            return
        if isinstance(change, NewAct):
            alert = self._alert(change.act.store_id, change.act.alert_id)
            self._tell_all(due_of_act(change.act, alert), alert, at_ms=change.act.acted_ms, row_ms=change.row_ms)
            return
        new = change.new
        acts = self._reads.acts(new.store_id, new.alert_id)
        self._tell_all(due_of_change(change.old, new, acts), new, at_ms=new.changed_ms, row_ms=change.row_ms)

    def _tell_all(self, dues: Sequence[Due], alert: Alert, *, at_ms: int, row_ms: int) -> None:
        """Tell everybody; whom another try may reach does not keep the others waiting.

        Raises:
            BusyError, ClientError, BotoCoreError: the first of those faults, once all others were told.
        """
        fault: Exception | None = None
        for due, recipient in self._whom(dues, alert):
            notice = Notice(
                store_id=alert.store_id,
                person_id=recipient.person_id,
                alert_id=alert.alert_id,
                stage=due.stage,
                channel="",
                at_ms=at_ms,
                row_ms=row_ms,
            )
            try:
                self._delivery.tell(recipient, notice, alert)
            except PASSING as passing:
                fault = fault or passing
        if fault is not None:
            raise fault

    def _whom(self, dues: Sequence[Due], alert: Alert) -> Iterator[tuple[Due, Recipient]]:
        people = self._reads.recipients(alert.store_id) if dues else ()
        for due in dues:
            for recipient in chosen(people, due):
                if due.audience != "told" or self.sender.is_told(recipient.person_id, alert.alert_id):
                    yield due, recipient

    def _alert(self, store_id: str, alert_id: str) -> Alert:
        alert = self._reads.alert(store_id, alert_id)
        if alert is None:
            raise PoisonError(f"alert {alert_id}: expected it in the table, came none; it may have expired")
        return alert


def _batch(records: Sequence[Mapping[str, Any]], kind: EventType, handle: Callable[[Any], None]) -> dict[str, Any]:
    processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=False)
    event = {"Records": [dict(record) for record in records]}
    return dict(process_partial_response(event=event, record_handler=handle, processor=processor))


def _reason(broken: Exception) -> str:
    return str(broken) if isinstance(broken, PoisonError) else f"{type(broken).__name__}: {broken}"
