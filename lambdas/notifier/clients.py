"""The channels of a deployment, from its settings and clients made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.recipients import ChannelKind
from lambdas.notifier.channels.base import Channel
from lambdas.notifier.channels.email import EmailChannel
from lambdas.notifier.channels.push import PushChannel
from lambdas.notifier.channels.sms import EndUserMessagingChannel, SnsSmsChannel
from lambdas.notifier.channels.topic import TopicChannel
from lambdas.notifier.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """The clients that channels send by."""

    ses: SESV2Client
    sns: SNSClient
    sms: PinpointSMSVoiceV2Client | None = None


def channels_of(settings: Settings, clients: Clients) -> dict[ChannelKind, Channel]:
    """Return the channels that the settings ask for; topics need nothing but a client."""
    channels: dict[ChannelKind, Channel] = {"sns": TopicChannel(clients.sns)}
    if settings.sender:
        channels["email"] = EmailChannel(
            clients.ses, sender=settings.sender, configuration_set=settings.configuration_set
        )  # fmt: skip
    if settings.sms_by == "sns":
        channels["sms"] = SnsSmsChannel(clients.sns)
    if settings.sms_by == "end_user_messaging" and clients.sms is not None:
        channels["sms"] = EndUserMessagingChannel(clients.sms, origination_identity=settings.origination_identity)
    if settings.push_key:
        channels["push"] = PushChannel(private_key=settings.push_key, contact=settings.push_contact)
    return channels
