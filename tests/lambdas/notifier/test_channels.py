"""The channels on real doubles: SES and SNS by moto, End User Messaging by botocore's stubber, push by a server."""

from __future__ import annotations

import base64
import email
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import boto3
import http_ece  # type: ignore[import-untyped]
import pytest
import requests
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid  # type: ignore[import-untyped]

from contracts.rules import Store
from lambdas.notifier.channels.base import Message, PermanentError, RetryError
from lambdas.notifier.channels.email import EmailChannel, mime
from lambdas.notifier.channels.push import PushChannel
from lambdas.notifier.channels.sms import EndUserMessagingChannel, SnsSmsChannel
from lambdas.notifier.channels.topic import TopicChannel
from lambdas.notifier.clients import Clients, channels_of
from lambdas.notifier.settings import Settings
from local.paths import RUNS
from local.stack import Stack
from tests.lambdas.notifier.cases import MINUTE_MS, START_MS, a_person, an_alert, by
from tests.lambdas.notifier.conftest import SENDER, World

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
MESSAGE = Message(
    subject="Achtung · Kasse 3: 7 warten seit 17:42",
    short="Achtung. Kasse 3: 7 warten seit 17:42.",
    text="Kasse 3: 7 warten.\n",
    html='<p>Kasse 3: 7 warten.</p><img src="cid:chart">',
    link="https://app.example.com/alerts/store-1/1",
    chart=PNG,
    thread_id="1790091720000-a",
    store_id="store-1",
    severity="high",
    stage="raised",
)


def parsed(raw: bytes) -> EmailMessage:
    """Read an e-mail as a mail program does."""
    read = email.message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.fixture(scope="module")
def post() -> Iterator[Stack]:
    """Doubles of their own: moto cannot show what it took once there are files in its S3, and other tests put some."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Stack(RUNS / f"post-{worker}", flink=False) as running:
        yield running


def moto_books(doubles: Stack) -> dict[str, Any]:
    """What moto has kept of everything that was sent."""
    books: dict[str, Any] = requests.get(f"{doubles.endpoints.moto}/moto-api/data.json", timeout=10).json()
    return books


def test_an_email_has_text_page_and_chart_in_itself() -> None:
    """Nothing is loaded from elsewhere; text comes first, the picture belongs to the page."""
    read = parsed(mime(MESSAGE, sender=SENDER, address="person-1@example.com"))
    assert read["Subject"] == MESSAGE.subject
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    picture = list(read.walk())[-1]
    assert (picture["Content-ID"], picture.get_content()) == ("<chart>", PNG)
    assert read.get_body(("plain",)).get_content().split() == MESSAGE.text.split()  # type: ignore[union-attr]
    assert read["References"] == "<1790091720000-a@example.com>"


def test_an_email_without_a_chart_has_no_empty_part() -> None:
    """Alerts without a history have text and page only."""
    read = parsed(mime(replace(MESSAGE, chart=None), sender=SENDER, address="person-1@example.com"))
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_whole_alert_arrives_at_ses(world: World, post: Stack) -> None:
    """From the stream's record to the e-mail that SES received."""
    ses = post.boto3_client("sesv2")
    ses.create_email_identity(EmailIdentity=SENDER)
    address = f"{uuid4().hex}@example.com"
    clients = Clients(ses=ses, sns=post.boto3_client("sns"))
    world.channels.update(channels_of(world.settings, clients))
    world.people(a_person(1, channels=by(("email", address))))
    world.store("store-1", Store(time_zone="Europe/Berlin", name="Market Square"))
    world.now_ms = START_MS + MINUTE_MS
    history = json.dumps([[START_MS - n * MINUTE_MS, 7 - n] for n in range(6, -1, -1)])
    assert world.tell(world.changed(an_alert(history=history))) == []
    kept = [mail for mail in moto_books(post)["ses"]["RawMessage"] if address in str(mail["destinations"])]
    read = parsed(kept[0]["raw_data"].encode())
    assert read["Subject"] == "Attention · Lane 3: 7 waiting since 17:42, limit 5"
    assert next(part for part in read.walk() if part.get_content_type() == "image/png").get_content()[:4] == PNG[:4]


def test_ses_that_refuses_the_sender_is_a_permanent_fault(doubles: Stack) -> None:
    """An address that is not verified will not be so by waiting."""
    channel = EmailChannel(doubles.boto3_client("sesv2"), sender="unknown@not-verified.example.com")
    with pytest.raises(PermanentError):
        channel.send("person-1@example.com", MESSAGE)


def test_a_text_message_arrives_at_sns(post: Stack) -> None:
    """SNS sends to the number what fits on a telephone."""
    number = "+1415555" + uuid4().int.__str__()[:4]
    SnsSmsChannel(post.boto3_client("sns")).send(number, MESSAGE)
    assert number in json.dumps(moto_books(post)["sns"])


def test_a_topic_gets_text_and_attributes_to_filter_by(doubles: Stack) -> None:
    """A queue that subscribed with a filter gets what it asked for; the subject is ASCII as SNS wants it."""
    sns, sqs = doubles.boto3_client("sns"), doubles.boto3_client("sqs")
    name = f"alerts-{uuid4().hex}"
    topic, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"FilterPolicy": json.dumps({"severity": ["high"]})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=policy)
    channel = TopicChannel(sns)
    channel.send(topic, replace(MESSAGE, severity="low"))
    channel.send(topic, MESSAGE)
    (message,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    body = json.loads(message["Body"])
    assert (body["Subject"], body["Message"]) == ("Achtung  Kasse 3: 7 warten seit 17:42", MESSAGE.text)
    assert body["MessageAttributes"]["stage"]["Value"] == "raised"


def test_end_user_messaging_gets_a_valid_request() -> None:
    """The stubber checks the request against the service's model."""
    client = boto3.client(
        "pinpoint-sms-voice-v2", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    expected = {
        "DestinationPhoneNumber": "+14155550100",
        "OriginationIdentity": "+14155550199",
        "MessageBody": MESSAGE.short,
        "MessageType": "TRANSACTIONAL",
    }
    channel = EndUserMessagingChannel(client, origination_identity="+14155550199")
    with Stubber(client) as stubber:
        stubber.add_response("send_text_message", {"MessageId": "1"}, expected)
        channel.send("+14155550100", MESSAGE)
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 400, RetryError),
        ("InternalServerException", 500, RetryError),
        ("Anything", 503, RetryError),
        ("ServiceQuotaExceededException", 402, PermanentError),
        ("ConflictException", 409, PermanentError),
        ("AccessDeniedException", 403, PermanentError),
    ],
)
def test_errors_of_aws_are_classed(code: str, status: int, kind: type[Exception]) -> None:
    """Throttles and faults of the server pass; refusals do not. The text is the code, and quotes nothing."""
    client = boto3.client(
        "pinpoint-sms-voice-v2", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    channel = EndUserMessagingChannel(client, origination_identity="+14155550199")
    with Stubber(client) as stubber:
        stubber.add_client_error("send_text_message", code, "+14155550100 opted out", status)
        with pytest.raises(kind) as raised:
            channel.send("+14155550100", MESSAGE)
    assert str(raised.value) == code


def test_a_service_that_does_not_answer_is_tried_again() -> None:
    """No connection is a passing fault."""
    client = boto3.client(
        "sns", region_name="us-east-1", endpoint_url="http://127.0.0.1:9", aws_access_key_id="a",
        aws_secret_access_key="b",
    )  # fmt: skip
    with pytest.raises(RetryError, match="EndpointConnectionError"):
        SnsSmsChannel(client).send("+14155550100", MESSAGE)


@dataclass
class PushService:
    """A push service of one browser: it answers as told, and decrypts what it gets."""

    url: str
    answers: list[int]
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def subscription(self) -> str:
        """The browser's subscription."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _base64(public), "auth": _base64(self.secret)}
        return json.dumps({"endpoint": f"{self.url}/push/1", "keys": keys})

    def shown(self) -> dict[str, str]:
        """What the browser shows of the last message."""
        body = self.got[-1][1]
        shown: dict[str, str] = json.loads(
            http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        )
        return shown


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def push_service() -> Iterator[PushService]:
    """A push service on a free port."""
    service = PushService(url="", answers=[])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.got.append((dict(self.headers.items()), body))
            self.send_response(service.answers.pop(0) if service.answers else 201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def vapid_key() -> str:
    """A private VAPID key as it is set."""
    vapid = Vapid()
    vapid.generate_keys()
    return _base64(vapid.private_key.private_numbers().private_value.to_bytes(32, "big"))


def test_a_push_message_reaches_the_browser_encrypted_and_signed(push_service: PushService, vapid_key: str) -> None:
    """Only the browser can read it; the service sees who signed it and how urgent it is."""
    PushChannel(private_key=vapid_key, contact="ops@example.com").send(push_service.subscription(), MESSAGE)
    headers, body = push_service.got[0]
    assert b"Kasse" not in body
    assert push_service.shown() == {
        "title": MESSAGE.subject,
        "body": MESSAGE.short,
        "url": MESSAGE.link,
        "tag": MESSAGE.thread_id,
        "severity": "high",
    }
    assert headers["authorization"].startswith("vapid t=")
    assert (headers["urgency"], headers["content-encoding"]) == ("high", "aes128gcm")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(410, PermanentError), (404, PermanentError), (413, PermanentError), (429, RetryError), (503, RetryError)],
)
def test_answers_of_push_services_are_classed(
    push_service: PushService, vapid_key: str, status: int, kind: type[Exception]
) -> None:
    """A subscription that is gone stays gone; too many or out of order passes."""
    push_service.answers.append(status)
    channel = PushChannel(private_key=vapid_key, contact="ops@example.com")
    with pytest.raises(kind, match=f"HTTP {status}"):
        channel.send(push_service.subscription(), MESSAGE)


def test_push_faults_of_connection_and_subscription_are_classed(vapid_key: str) -> None:
    """Nobody listening passes; a subscription without usable keys does not."""
    channel = PushChannel(private_key=vapid_key, contact="ops@example.com")
    nobody = PushService(url="http://127.0.0.1:9", answers=[])
    with pytest.raises(RetryError):
        channel.send(nobody.subscription(), MESSAGE)
    for broken in ("no json", '{"endpoint": "http://127.0.0.1:9", "keys": {"p256dh": "eA", "auth": "eA"}}'):
        with pytest.raises(PermanentError):
            channel.send(broken, MESSAGE)


def test_push_end_to_end(world: World, push_service: PushService, vapid_key: str) -> None:
    """A gone subscription falls back to the next one; from the record to what the browser shows."""
    gone = push_service.subscription()
    settings = Settings(app_url="https://app.example.com", push_key=vapid_key, push_contact="ops@example.com")
    world.channels["push"] = channels_of(settings, Clients(ses=None, sns=None))["push"]  # type: ignore[arg-type]
    here = json.dumps({**json.loads(gone), "endpoint": f"{push_service.url}/push/2"})
    world.people(a_person(1, channels=by(("push", gone), ("push", here))))
    push_service.answers += [410, 201]
    world.now_ms = START_MS + MINUTE_MS
    world.tell(world.changed(an_alert()))
    assert world.states() == {"person-1 raised push": "failed", "person-1 raised push-2": "sent"}
    assert push_service.shown()["url"] == f"https://app.example.com/alerts/store-1/{an_alert().alert_id}"


def test_only_what_is_set_up_is_a_channel() -> None:
    """Topics need nothing; e-mail, text messages and push need their settings."""
    clients = Clients(ses=None, sns=None, sms=None)  # type: ignore[arg-type]
    assert set(channels_of(Settings(app_url="https://a"), clients)) == {"sns"}
    assert set(channels_of(Settings(app_url="https://a", sender=SENDER, sms_by="sns"), clients)) == {
        "sns",
        "email",
        "sms",
    }
