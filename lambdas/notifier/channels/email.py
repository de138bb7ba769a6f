"""E-mail by SES v2: text, a page, and the chart within the message, so that nothing is loaded from elsewhere."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import TYPE_CHECKING

from lambdas.notifier.channels.base import Message
from lambdas.notifier.channels.faults import classed

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import SendEmailRequestTypeDef

CHART_ID = "chart"


class EmailChannel:
    """Sends by SES v2 from one verified address."""

    def __init__(self, client: SESV2Client, *, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, address: str, message: Message) -> None:
        """Hand one e-mail over; raises as `Channel.send` says."""
        request: SendEmailRequestTypeDef = {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": [address]},
            "Content": {"Raw": {"Data": mime(message, sender=self._sender, address=address)}},
        }
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        with classed():
            self._client.send_email(**request)


def mime(message: Message, *, sender: str, address: str) -> bytes:
    """Return the e-mail: text first, then the page with its chart."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = address
    # One conversation an alert, and no out-of-office replies.
    mail["References"] = f"<{message.thread_id}@{parseaddr(sender)[1].partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.chart:
        page = list(mail.iter_parts())[1]
        assert isinstance(page, EmailMessage)
        page.add_related(
            message.chart, maintype="image", subtype="png", cid=f"<{CHART_ID}>", disposition="inline",
            filename="chart.png",
        )  # fmt: skip
    return mail.as_bytes()
