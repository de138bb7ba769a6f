"""Text messages, by End User Messaging or by SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.notifier.channels.base import Message
from lambdas.notifier.channels.faults import classed

if TYPE_CHECKING:
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


_KIND = "AWS.SNS.SMS.SMSType"


class EndUserMessagingChannel:
    """Sends by AWS End User Messaging from a number, a sender id, or a pool."""

    def __init__(self, client: PinpointSMSVoiceV2Client, *, origination_identity: str) -> None:
        self._client = client
        self._origination_identity = origination_identity

    def send(self, address: str, message: Message) -> None:
        """Hand one text message over; raises as `Channel.send` says."""
        with classed():
            self._client.send_text_message(
                DestinationPhoneNumber=address,
                OriginationIdentity=self._origination_identity,
                MessageBody=message.short,
                MessageType="TRANSACTIONAL",
            )


class SnsSmsChannel:
    """Sends by SNS straight to a number, where End User Messaging is not set up."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def send(self, address: str, message: Message) -> None:
        """Hand one text message over; raises as `Channel.send` says."""
        kind: MessageAttributeValueTypeDef = {"DataType": "String", "StringValue": "Transactional"}
        with classed():
            self._client.publish(PhoneNumber=address, Message=message.short, MessageAttributes={_KIND: kind})
