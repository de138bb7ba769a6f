"""Reports are made once, waited for, and mailed to the people of their own scope only; what fails is told and kept."""

from __future__ import annotations

import email
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import uuid4

import boto3
import pytest
from aws_lambda_powertools import Logger
from botocore.stub import Stubber
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from contracts.recipients import Channel, Language, Recipient, recipient_item
from lambdas.alert_store.items import attributes
from lambdas.dashboards.scopes import CHAIN, Scope
from lambdas.dashboards.weekly import deliver, handler
from lambdas.dashboards.weekly.mail import Mailer
from lambdas.dashboards.weekly.reports import Report, report_of
from lambdas.dashboards.weekly.settings import Settings
from lambdas.dashboards.weekly.snapshots import folder_of, start_request
from lambdas.notifier.channels.base import PermanentError
from tests.lambdas.dashboards.weekly import APP_URL, AUDIENCES, SENDER, SETTINGS, environment

REGION = "eu-central-1"
WEEK = "2026-W48"
BERLIN = Report(scope=Scope("store", "store-001"), week=WEEK)
PUNE = Report(scope=Scope("store", "store-002"), week=WEEK)
NORTH = Report(scope=Scope("region", "Süd West"), week=WEEK)
ALL = Report(scope=CHAIN, week=WEEK)


class Context:
    """What Lambda tells a function of itself."""

    function_name = "weekly"
    aws_request_id = "1"

    def get_remaining_time_in_millis(self) -> int:
        """Half a minute is left."""
        return 30_000


@dataclass
class World:
    """The cloud of one test: Quick Sight by script, all else by moto, in this process."""

    stubber: Stubber
    settings: Settings
    s3: Any
    sqs: Any
    dynamodb: Any
    log: io.StringIO = field(default_factory=io.StringIO)

    def take(self, *reports: Report) -> list[bool]:
        """Hand reports to the function as the queue does; return which it took."""
        records = [
            {"messageId": str(number), "body": report.to_json(), "eventSource": "aws:sqs", "receiptHandle": "r"}
            for number, report in enumerate(reports)
        ]
        failed = handler.on_queue({"Records": records}, Context())["batchItemFailures"]
        return [str(number) not in {each["itemIdentifier"] for each in failed} for number in range(len(reports))]

    def queued(self) -> list[Report]:
        """Return what lies in the queue, waiting or not."""
        queues = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues.values()
        return [report_of(message.body) for queue in queues for message in queue._messages]

    def mails(self) -> list[EmailMessage]:
        """Return what SES took."""
        taken = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        parsed = [email.message_from_string(each.raw_data, policy=default) for each in taken]
        assert all(isinstance(mail, EmailMessage) for mail in parsed)
        return parsed

    def addressed(self) -> list[str]:
        """Return to whom mails went, sorted."""
        return sorted(str(mail["To"]) for mail in self.mails())

    def person(
        self,
        store_id: str,
        name: str,
        *,
        role: str = "weekly_report",
        language: Language = "en",
        channels: tuple[Channel, ...] = (),
    ) -> None:
        """Add somebody to the table of recipients."""
        own = channels or (Channel(kind="email", address=f"{name}@example.com"),)
        recipient = Recipient(store_id=store_id, person_id=name, roles=(role,), channels=own, language=language)
        self.dynamodb.put_item(TableName="recipients", Item=attributes(recipient_item(recipient)))

    def is_(self, status: str, report: Report) -> None:
        """Expect that a job is looked at, and answer its status."""
        self.stubber.add_response("describe_dashboard_snapshot_job", {"JobStatus": status}, self._named(report))

    def is_unknown(self, report: Report) -> None:
        """Expect that a job is looked at which is not there."""
        self.stubber.add_client_error(
            "describe_dashboard_snapshot_job", "ResourceNotFoundException", expected_params=self._named(report)
        )

    def starts(self, report: Report, code: str = "") -> None:
        """Expect that a job is started, with the tag of its scope; refuse it with a code."""
        expected = dict(start_request(report, self.settings))
        if code:
            self.stubber.add_client_error("start_dashboard_snapshot_job", code, expected_params=expected)
        else:
            self.stubber.add_response("start_dashboard_snapshot_job", {}, expected)

    def results(self, report: Report, *uris: str, faults: tuple[str, ...] = ()) -> None:
        """Expect that a job's files are asked for."""
        told: list[dict[str, Any]] = [{"S3Results": [{"S3Uri": uri}]} for uri in uris]
        told += [{"S3Results": [{"ErrorInfo": [{"ErrorType": fault}]}]} for fault in faults]
        answer = {"Result": {"AnonymousUsers": [{"FileGroups": told}]}}
        self.stubber.add_response("describe_dashboard_snapshot_job_result", answer, self._named(report))

    def made(self, report: Report, *, of: Report | None = None, body: bytes = b"") -> None:
        """Expect that a job is done; its PDFs lie in the folder of `of`, each saying whose they are."""
        self.is_("COMPLETED", report)
        keys = [f"{folder_of(of or report, self.settings)}/{sheet}.pdf" for sheet in self.settings.sheet_ids]
        for key in keys:
            self.s3.put_object(Bucket="reports-bucket", Key=key, Body=body or f"%PDF-1.7 {report.scope}".encode())
        self.results(report, *(f"s3://reports-bucket/{key}" for key in keys))

    def errors(self) -> list[str]:
        """Return the reasons of what failed, as logged."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line["reason"] for line in lines if line["message"] == "report failed"]

    def _named(self, report: Report) -> dict[str, str]:
        return {
            "AwsAccountId": self.settings.account_id,
            "DashboardId": self.settings.dashboard_id,
            "SnapshotJobId": report.job_id,
        }


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    """The clients, which keep nothing: moto and the stubber answer them only while a test has a world."""
    return {name: _client(name) for name in ("quicksight", "s3", "sqs", "dynamodb", "sesv2")}


@pytest.fixture
def world(clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A deployment with its audiences, and nobody in the table of recipients yet."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        queue_url = clients["sqs"].create_queue(QueueName="weekly")["QueueUrl"]
        settings = replace(SETTINGS, queue_url=queue_url)
        for name, value in {**environment(), "WEEKLY_QUEUE_URL": queue_url}.items():
            monkeypatch.setenv(name, value)
        place = {"LocationConstraint": REGION}
        clients["s3"].create_bucket(Bucket="reports-bucket", CreateBucketConfiguration=place)
        clients["s3"].put_object(Bucket="reports-bucket", Key=settings.audiences, Body=AUDIENCES.encode())
        clients["sesv2"].create_email_identity(EmailIdentity=SENDER)
        _table(clients["dynamodb"], "recipients", "store_id", "person_id")
        _table(clients["dynamodb"], settings.sent_table, "id")
        with Stubber(clients["quicksight"]) as stubber:
            log = io.StringIO()
            made = World(stubber, settings, clients["s3"], clients["sqs"], clients["dynamodb"], log)
            monkeypatch.setattr(handler, "logger", Logger(service=f"weekly-{uuid4()}", stream=log))
            monkeypatch.setattr(handler, "_clients", lambda: clients)
            yield made
            stubber.assert_no_pending_responses()


def _client(name: str) -> Any:
    make: Callable[..., Any] = boto3.client
    return make(name, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def _table(client: Any, name: str, *keys: str) -> None:
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in kinds],
        BillingMode="PAY_PER_REQUEST",
    )


def everybody(world: World) -> None:
    """One person in each audience, and some who are in none."""
    world.person("store-001", "berlin")
    world.person("store-002", "pune", language="de")
    world.person("*", "north", role="weekly_sued_west")
    world.person("*", "boss")
    world.person("store-001", "shift", role="shift_lead")
    world.person("*", "other", role="weekly_nord")


def test_monday_puts_each_due_report_into_the_queue(world: World) -> None:
    """From the event of the hourly rule; nothing is due at another hour."""
    assert handler.on_schedule({"time": "2026-11-30T05:00:00Z"}, None) == {"reports": 2}
    assert sorted(str(report.scope) for report in world.queued()) == ["region:Süd West", "store:store-001"]
    assert handler.on_schedule({"time": "2026-11-30T09:00:00Z"}, None) == {"reports": 0}
    assert len(world.queued()) == 2


def test_a_report_is_started_then_waited_for_then_mailed(world: World) -> None:
    """Each message takes it one step further."""
    world.person("store-001", "berlin")
    world.is_unknown(BERLIN)
    world.starts(BERLIN)
    assert world.take(BERLIN) == [True]
    (waiting,) = world.queued()
    assert waiting == BERLIN.waited()
    world.is_("RUNNING", waiting)
    assert world.take(waiting) == [True]
    assert world.queued()[-1].waits == 2
    world.made(BERLIN)
    assert world.take(replace(BERLIN, waits=2)) == [True]
    (mail,) = world.mails()
    assert mail["To"] == "berlin@example.com"
    assert mail["Subject"] == "The week in Berlin, Market Square: Nov 23\u2009–\u200929, 2026"
    pdfs = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
    assert [part.get_filename() for part in pdfs] == ["week-2026-W48-store-001-1.pdf", "week-2026-W48-store-001-2.pdf"]
    assert {part.get_content() for part in pdfs} == {b"%PDF-1.7 store:store-001"}


def test_everybody_gets_the_report_of_the_own_scope_only(world: World) -> None:
    """A PDF of store A is never mailed to a recipient of store B, nor one of a region to anybody else."""
    everybody(world)
    for report in (BERLIN, PUNE, NORTH, ALL):
        world.made(report)
    assert world.take(BERLIN, PUNE, NORTH, ALL) == [True] * 4
    held = {
        str(mail["To"]): {part.get_content() for part in mail.walk() if part.get_content_type() == "application/pdf"}
        for mail in world.mails()
    }
    assert held == {
        "berlin@example.com": {b"%PDF-1.7 store:store-001"},
        "pune@example.com": {b"%PDF-1.7 store:store-002"},
        "north@example.com": {"%PDF-1.7 region:Süd West".encode()},
        "boss@example.com": {b"%PDF-1.7 chain"},
    }


def test_a_file_in_another_reports_folder_is_mailed_to_nobody(world: World) -> None:
    """Whatever Quick Sight answers: a file that is not this report's may hold another's rows."""
    everybody(world)
    world.made(BERLIN, of=PUNE)
    world.is_("COMPLETED", BERLIN)
    strange = f"s3://other-bucket/{folder_of(BERLIN, world.settings)}/week.pdf"
    world.results(BERLIN, strange, strange)
    world.is_("COMPLETED", BERLIN)
    above = f"s3://reports-bucket/{folder_of(BERLIN, world.settings)}/../x.pdf"
    world.results(BERLIN, above, above)
    assert world.take(BERLIN, BERLIN, BERLIN) == [False, False, False]
    assert world.mails() == []
    assert all("mail nothing" in reason for reason in world.errors())


def test_what_is_no_pdf_is_mailed_to_nobody(world: World) -> None:
    """A page of an error instead of a report."""
    everybody(world)
    world.made(BERLIN, body=b"<html>")
    assert world.take(BERLIN) == [False]
    assert world.mails() == []


@pytest.mark.parametrize(
    "address",
    [
        "https://reports-bucket.s3.eu-central-1.amazonaws.com/{folder}/week.pdf?X-Amz-Signature=x",
        "https://reports-bucket.s3.amazonaws.com/{folder}/week.pdf",
        "https://s3.eu-central-1.amazonaws.com/reports-bucket/{folder}/week.pdf",
    ],
)
def test_files_are_found_by_each_kind_of_address(world: World, address: str) -> None:
    """Quick Sight names a file as s3:// or as https://."""
    world.person("store-001", "berlin")
    folder = folder_of(BERLIN, world.settings)
    world.s3.put_object(Bucket="reports-bucket", Key=f"{folder}/week.pdf", Body=b"%PDF-1.7")
    world.is_("COMPLETED", BERLIN)
    world.results(BERLIN, *[address.format(folder=folder)] * 2)
    assert world.take(BERLIN) == [True]
    assert world.addressed() == ["berlin@example.com"]


def test_a_message_that_comes_twice_mails_once(world: World) -> None:
    """By week, scope and person, whatever the attempt: queues deliver twice, and people put messages back."""
    world.person("store-001", "berlin")
    for report in (BERLIN, BERLIN, BERLIN.again()):
        world.made(report)
        assert world.take(report) == [True]
    assert world.addressed() == ["berlin@example.com"]
    next_week = replace(BERLIN, week="2026-W49")
    world.made(next_week)
    assert world.take(next_week) == [True]
    assert world.addressed() == ["berlin@example.com"] * 2


def test_who_cannot_be_reached_does_not_keep_others_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others get theirs, once; the message fails until the address is mended."""
    for name in ("anna", "bert", "carl"):
        world.person("store-001", name)
    sending = Mailer.send

    def refuse_bert(self: Any, addresses: Any, *rest: Any) -> str:
        if addresses == ("bert@example.com",):
            raise PermanentError("MessageRejected")
        return sending(self, addresses, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(Mailer, "send", refuse_bert)
        for _ in range(2):
            world.made(BERLIN)
            assert world.take(BERLIN) == [False]
    assert world.addressed() == ["anna@example.com", "carl@example.com"]
    assert "expected mails to 3 people, came 1 failures (bert)" in world.errors()[0]
    world.made(BERLIN)
    assert world.take(BERLIN) == [True]
    assert world.addressed() == ["anna@example.com", "bert@example.com", "carl@example.com"]


def test_a_failed_job_is_begun_anew_twice_and_then_told(world: World) -> None:
    """Each attempt has a name of its own; the error names what Quick Sight said and what to do."""
    world.person("store-001", "berlin")
    for report in (BERLIN, BERLIN.again()):
        world.is_("FAILED", report)
        world.results(report, faults=("RLS_CHANGED",))
        assert world.take(report) == [True]
        assert world.queued()[-1] == report.again()
    last = replace(BERLIN, attempt=3)
    world.is_("FAILED", last)
    world.results(last, faults=("RLS_CHANGED",))
    assert world.take(last) == [False]
    assert "RLS_CHANGED" in world.errors()[0]
    assert "send the message with the next attempt" in world.errors()[0]
    assert world.mails() == []


def test_half_a_report_is_begun_anew(world: World) -> None:
    """One sheet of two is not mailed as if it were all."""
    world.person("store-001", "berlin")
    world.is_("COMPLETED", BERLIN)
    world.results(BERLIN, f"s3://reports-bucket/{folder_of(BERLIN, world.settings)}/week.pdf")
    assert world.take(BERLIN) == [True]
    assert (world.queued(), world.mails()) == ([BERLIN.again()], [])


@pytest.mark.parametrize(
    ("code", "why"), [("LimitExceededException", "as many as may"), ("ResourceExistsException", "making")]
)
def test_a_job_that_cannot_start_yet_waits(world: World, code: str, why: str) -> None:
    """Twelve run at once; and one that a second function started meanwhile is being made."""
    world.is_unknown(BERLIN)
    world.starts(BERLIN, code)
    assert world.take(BERLIN) == [True]
    assert world.queued() == [BERLIN.waited()]
    assert why in world.log.getvalue()


def test_a_plan_that_cannot_make_reports_is_told(world: World) -> None:
    """An error that another try does not mend goes to the dead letters, with the cure."""
    world.is_unknown(BERLIN)
    world.starts(BERLIN, "UnsupportedPricingPlanException")
    assert world.take(BERLIN) == [False]
    assert world.queued() == []
    assert "under prices" in world.errors()[0]


def test_a_job_that_never_ends_is_told(world: World) -> None:
    """After six hours of waiting nobody waits on."""
    late = replace(BERLIN, waits=deliver.WAITS_MAX)
    world.is_("RUNNING", late)
    assert world.take(late) == [False]
    assert "expected a PDF within 6 h" in world.errors()[0]
    assert world.queued() == []


def test_a_message_of_nobodys_scope_is_refused(world: World) -> None:
    """A store that is not among the audiences gets no report, whoever asked for it."""
    stranger = Report(scope=Scope("store", "store-009"), week=WEEK)
    world.person("store-009", "stranger")
    assert world.take(stranger) == [False]
    assert "expected an audience" in world.errors()[0]


def test_a_report_without_readers_is_no_error(world: World) -> None:
    """The log tells of the role that nobody has."""
    world.is_("COMPLETED", BERLIN)
    world.results(BERLIN, *[f"s3://reports-bucket/{folder_of(BERLIN, world.settings)}/week.pdf"] * 2)
    assert world.take(BERLIN) == [True]
    assert "report without readers" in world.log.getvalue()


def test_who_left_the_role_gets_none_from_then_on(world: World) -> None:
    """People are read when the mail goes out, not when the report is made."""
    world.person("store-001", "berlin")
    world.person("store-001", "berlin", role="shift_lead")
    world.made(BERLIN)
    assert world.take(BERLIN) == [True]
    assert world.mails() == []


def test_a_person_with_two_addresses_gets_one_mail(world: World) -> None:
    """To both; a telephone number is no address."""
    phone = Channel(kind="sms", address="+4930123456")
    first, second = (Channel(kind="email", address=f"{name}@example.com") for name in "ab")
    world.person("store-001", "anna", channels=(first, phone, second))
    world.person("store-001", "phone", channels=(phone,))
    world.made(BERLIN)
    assert world.take(BERLIN) == [True]
    assert world.addressed() == ["a@example.com, b@example.com"]


def test_a_recipient_that_cannot_be_read_is_left_out(world: World) -> None:
    """The others get theirs; the log names the person and the field, never the address."""
    world.person("store-001", "berlin")
    item = {"store_id": "store-001", "person_id": "broken", "roles": "weekly_report", "is_inside": False, "body": "{"}
    world.dynamodb.put_item(TableName="recipients", Item=attributes(item))
    world.made(BERLIN)
    assert world.take(BERLIN) == [True]
    assert world.addressed() == ["berlin@example.com"]
    assert "recipient cannot be read" in world.log.getvalue()


def test_a_report_too_large_to_mail_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mailboxes would send it back."""
    monkeypatch.setattr(deliver, "BYTES_MAX", 20)
    world.person("store-001", "berlin")
    world.made(BERLIN)
    assert world.take(BERLIN) == [False]
    assert "expected at most 20 bytes to mail, came 48" in world.errors()[0]


@pytest.mark.parametrize(
    ("language", "subject", "word"),
    [
        ("en", "The week in the region Süd West", "attached report"),
        ("de", "Die Woche in der Region Süd West", "Bericht im Anhang"),
        ("es", "La semana en la región Süd West", "informe adjunto"),
    ],
)
def test_a_mail_is_in_the_readers_language(world: World, language: Language, subject: str, word: str) -> None:
    """Text and page say the same, with the link, why it came, and nothing loaded from elsewhere."""
    world.person("*", "north", role="weekly_sued_west", language=language)
    world.made(NORTH)
    assert world.take(NORTH) == [True]
    (mail,) = world.mails()
    assert str(mail["Subject"]).startswith(subject)
    text, page = (_content(mail, kind) for kind in ("plain", "html"))
    assert all(each in text and each in page for each in (word, APP_URL, "weekly_sued_west", "Europe/Berlin", "2026"))
    assert f'lang="{language}"' in page
    assert "src=" not in page


def _content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_logs_hold_no_address(world: World) -> None:
    """Who got what is told by ids."""
    everybody(world)
    world.made(BERLIN)
    world.take(BERLIN)
    assert "example.com" not in world.log.getvalue()
    mailed = [line for line in map(json.loads, world.log.getvalue().splitlines()) if line["message"] == "report mailed"]
    assert [(line["scope"], line["week"], line["person_id"], line["audit"]) for line in mailed] == [
        ("store:store-001", WEEK, "berlin", True)
    ]


def test_the_function_makes_its_own_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each service that it calls, once."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    read: Callable[[], dict[str, Any]] = handler._clients
    assert sorted(read()) == ["dynamodb", "quicksight", "s3", "sesv2", "sqs"]
    assert read() is read()
