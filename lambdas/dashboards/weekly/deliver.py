"""One report from the queue: its job started or looked at, and the finished PDF mailed to the people of its scope.

Quick Sight tells nobody when a job ends: EventBridge has no event of it, and a file in S3 tells of jobs that worked
only. So a message comes back each minute and asks; a job that failed, or never ends, is seen by the same path. Waiting
is a message of its own, so that the count of receipts, which leads to the dead letters, is one of failures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from lambdas.dashboards.scopes import Scope
from lambdas.dashboards.weekly.audiences import Audience
from lambdas.dashboards.weekly.mail import Mailer
from lambdas.dashboards.weekly.people import People, Person
from lambdas.dashboards.weekly.reports import Report
from lambdas.dashboards.weekly.settings import Settings
from lambdas.dashboards.weekly.snapshots import Files, Snapshots, StrangeFileError
from lambdas.dashboards.weekly.words import letter
from lambdas.notifier.channels.base import DeliveryError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

WAIT_SECONDS = 60
WAITS_MAX = 360
"""Six hours: some 200 stores at twelve jobs at a time, each of minutes."""
ATTEMPTS_MAX = 3
BYTES_MAX = 20_000_000
"""SES takes 40 MB as sent, a third more than the file; many mailboxes take 25 MB."""
SENT_SECONDS = 60 * 24 * 3600
"""So long a mail is not sent twice, whatever is put back into the queue."""
_NAMED_MAX = 5


class ReportError(RuntimeError):
    """A report cannot be made or mailed; the message goes to the dead letters once it failed often enough."""


class Delivery:
    """Takes one report at a time as far as it goes."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        people: People,
        mailer: Mailer,
        s3: S3Client,
        sqs: SQSClient,
        sent: DynamoDBPersistenceLayer,
        audiences: Mapping[Scope, Audience],
        settings: Settings,
        logger: Logger,
    ) -> None:
        self._snapshots = snapshots
        self._people = people
        self._mailer = mailer
        self._s3 = s3
        self._sqs = sqs
        self._audiences = audiences
        self._settings = settings
        self._logger = logger
        # Without an end to "in progress" a function cut off while sending would hold the mail back for ever.
        self._once = IdempotencyConfig(expires_after_seconds=SENT_SECONDS)
        self._send_once = idempotent_function(
            self._send, data_keyword_argument="key", persistence_store=sent, config=self._once, key_prefix="weekly"
        )

    def take(self, report: Report, context: Any) -> None:
        """Take a report further; called again with the same it does nothing twice.

        Raises:
            ReportError: it failed; the text says what to do.
            DashboardError: Quick Sight refused or is busy.
        """
        self._once.register_lambda_context(context)
        audience = self._audiences.get(report.scope)
        if audience is None:
            raise ReportError(f"{report.scope}: expected an audience, came none; add it, or delete the message")
        state = self._snapshots.state(report)
        if state in ("made", "failed"):
            self._finish(report, audience, self._snapshots.files(report))
        else:
            is_making = state == "making" or self._snapshots.start(report)
            self._wait(report, "making" if is_making else "as many as may are being made")

    def _finish(self, report: Report, audience: Audience, files: Files) -> None:
        is_whole = not files.faults and len(files.keys) == len(self._settings.sheet_ids)
        if is_whole:
            self._mail(report, audience, files)
        else:
            self._try_again(report, files)

    def _wait(self, report: Report, why: str) -> None:
        if report.waits >= WAITS_MAX:
            raise ReportError(
                f"{report.job_id}: expected a PDF within {WAITS_MAX * WAIT_SECONDS // 3600} h, came none ({why}); look "
                "at Quick Sight's capacity, then send the message with the next attempt"
            )
        self._logger.info("report waits", extra={**_named(report), "why": why})
        self._put_back(report.waited())

    def _try_again(self, report: Report, files: Files) -> None:
        """Begin anew what failed; what failed often enough is an error."""
        self._logger.error("report not made", extra={**_named(report), "faults": list(files.faults)})
        if report.attempt >= ATTEMPTS_MAX:
            faults = ", ".join(files.faults) or "no reason"
            raise ReportError(
                f"{report.job_id}: expected {len(self._settings.sheet_ids)} PDFs, came {len(files.keys)} ({faults}); "
                "mend it, then send the message with the next attempt"
            )
        self._put_back(report.again())

    def _put_back(self, report: Report) -> None:
        self._sqs.send_message(
            QueueUrl=self._settings.queue_url, MessageBody=report.to_json(), DelaySeconds=WAIT_SECONDS
        )

    def _mail(self, report: Report, audience: Audience, files: Files) -> None:
        """Mail the PDFs to each person once; one who cannot be reached does not keep the others waiting."""
        people = self._people.of(audience)
        if not people:
            self._logger.warning("report without readers", extra={**_named(report), "role": audience.role})
            return
        pdfs, failed = self._pdfs(report, files), []
        for person in people:
            key = {"scope": str(report.scope), "week": report.week, "person_id": person.person_id}
            try:
                self._send_once(key=key, person=person, report=report, audience=audience, pdfs=pdfs)
            except DeliveryError as fault:
                failed.append(person.person_id)
                told = {**_named(report), "person_id": person.person_id, "fault": str(fault)}
                self._logger.error("report not mailed", extra=told)
        if failed:
            raise ReportError(
                f"{report.job_id}: expected mails to {len(people)} people, came {len(failed)} failures "
                f"({', '.join(failed[:_NAMED_MAX])}); see the log, correct their addresses, and put the message back"
            )

    def _send(
        self, *, key: dict[str, str], person: Person, report: Report, audience: Audience, pdfs: list[bytes]
    ) -> str:
        written = letter(report, audience, language=person.language, app_url=self._settings.app_url)
        message_id = self._mailer.send(person.addresses, written, pdfs)
        self._logger.info("report mailed", extra={"audit": True, **key, "job_id": report.job_id})
        return message_id

    def _pdfs(self, report: Report, files: Files) -> list[bytes]:
        pdfs = [self._pdf(report, key) for key in files.keys]
        if sum(map(len, pdfs)) > BYTES_MAX:
            raise ReportError(
                f"{report.job_id}: expected at most {BYTES_MAX:,} bytes to mail, came {sum(map(len, pdfs)):,}; take "
                "rows out of the report's tables"
            )
        return pdfs

    def _pdf(self, report: Report, key: str) -> bytes:
        body = self._s3.get_object(Bucket=self._settings.bucket, Key=key)["Body"].read()
        if not body.startswith(b"%PDF-"):
            raise StrangeFileError(f"{report.job_id}: expected a PDF, came another file; mail nothing, look at the job")
        return body


def _named(report: Report) -> dict[str, Any]:
    return {
        "scope": str(report.scope),
        "week": report.week,
        "job_id": report.job_id,
        "attempt": report.attempt,
        "waits": report.waits,
    }
