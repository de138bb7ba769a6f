"""The two queues: what is tried again, and what was put aside with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from contracts.alerts import Stage
from lambdas.notifier.telemetry import Telemetry

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

RETRY_FIRST_SECONDS = 10
RETRY_LONGEST_SECONDS = 900  # the longest that SQS can wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to be sent, by names only: addresses stay in their table.

    Attributes:
        at_ms: when that which is told happened.
        row_ms: when its row came into the table.
        tries: how often it was tried.
        is_redriven: a person put it back after it had failed.
    """

    store_id: str
    person_id: str
    alert_id: str
    stage: Stage
    channel: str
    at_ms: int
    row_ms: int
    tries: int = 0
    is_redriven: bool = False


class PoisonError(ValueError):
    """A record or message is not what it should be; another try gives the same."""


def retry_delay_seconds(tries: int) -> int:
    """Return how long to wait after so many tries: doubled each time, a quarter of an hour at most."""
    return int(min(RETRY_FIRST_SECONDS * 2 ** (tries - 1), RETRY_LONGEST_SECONDS))


class Queues:
    """Puts into `notifier-retry` and `notifier-dead`."""

    def __init__(self, client: SQSClient, *, retry_url: str, dead_url: str, telemetry: Telemetry) -> None:
        self._client = client
        self._retry_url = retry_url
        self._dead_url = dead_url
        self._telemetry = telemetry

    def retry(self, notice: Notice) -> None:
        """Let a message be tried again after a while."""
        self._client.send_message(
            QueueUrl=self._retry_url,
            MessageBody=json.dumps({"notice": asdict(notice)}),
            DelaySeconds=retry_delay_seconds(notice.tries),
        )

    def bury_notice(self, notice: Notice, reason: str) -> None:
        """Put a message aside that could not be delivered."""
        self._bury("notice", asdict(notice), reason)

    def bury_record(self, record: Mapping[str, Any], reason: str) -> None:
        """Put a whole stream record aside that cannot be used."""
        self._bury("record", dict(record), reason)

    def bury_message(self, body: str, reason: str) -> None:
        """Put a whole message of the retry queue aside that cannot be used."""
        self._bury("message", body, reason)

    def _bury(self, kind: str, content: object, reason: str) -> None:
        self._telemetry.dead(kind, reason)
        self._client.send_message(
            QueueUrl=self._dead_url, MessageBody=json.dumps({kind: content, "reason": reason}, default=str)
        )


def notice_of(written: Any) -> Notice:
    """Read a notice.

    Raises:
        PoisonError: it is none.
    """
    known = [each.name for each in fields(Notice)]
    if not isinstance(written, Mapping) or set(written) != set(known):
        raise PoisonError(f"notice: expected {', '.join(known)}, came something else; redrive it from its record")
    notice = Notice(**written)
    for name in known:
        expected = type(getattr(_EXAMPLE, name))
        if type(written[name]) is not expected:
            raise PoisonError(f"notice: {name}: expected {expected.__name__}, came {type(written[name]).__name__}")
    return notice


def back_again(buried: Any) -> str:
    """Return what lies among the dead letters as a message for the retry queue.

    Raises:
        PoisonError: it is neither a notice nor a record.
    """
    if isinstance(buried, Mapping) and "notice" in buried:
        again = replace(notice_of(buried["notice"]), tries=0, is_redriven=True)
        return json.dumps({"notice": asdict(again)})
    if isinstance(buried, Mapping) and "record" in buried:
        return json.dumps({"record": buried["record"]})
    raise PoisonError("dead letter: expected a notice or a record, came something else; delete it by hand")


_EXAMPLE = Notice(store_id="", person_id="", alert_id="", stage="raised", channel="", at_ms=0, row_ms=0)
