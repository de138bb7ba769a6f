"""A report's mail: text, the same as a page, and the PDFs, handed to SES."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from lambdas.dashboards.weekly.words import Letter
from lambdas.notifier.channels.faults import classed

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import SendEmailRequestTypeDef


class Mailer:
    """Sends by SES v2 from one verified address."""

    def __init__(self, client: SESV2Client, *, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, addresses: Sequence[str], letter: Letter, pdfs: Sequence[bytes]) -> str:
        """Send a mail to one person's addresses; returns SES's id of it.

        Raises:
            RetryError: it may work later.
            PermanentError: it will not work with these addresses.
        """
        raw = mime(letter, pdfs, sender=self._sender, addresses=addresses)
        request: SendEmailRequestTypeDef = {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": list(addresses)},
            "Content": {"Raw": {"Data": raw}},
        }
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        with classed():
            return self._client.send_email(**request)["MessageId"]


def mime(letter: Letter, pdfs: Sequence[bytes], *, sender: str, addresses: Sequence[str]) -> bytes:
    """Return the mail as it is sent."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    mail["From"] = sender
    mail["To"] = ", ".join(addresses)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for number, pdf in enumerate(pdfs, 1):
        name = f"{letter.file}.pdf" if len(pdfs) == 1 else f"{letter.file}-{number}.pdf"
        mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()
