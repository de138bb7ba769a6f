"""Web push to a browser that subscribed: encrypted for it alone (RFC 8291), signed by our key (VAPID, RFC 8292)."""

from __future__ import annotations

import json

import requests
from pywebpush import WebPushException, webpush  # type: ignore[import-untyped]

from lambdas.notifier.channels.base import Message, PermanentError, RetryError

TIMEOUT_SECONDS = 5
LIVES_SECONDS = 3600
_TOO_MANY = 429
_SERVER_ERROR = 500
_TIMEOUT = 408


class PushChannel:
    """Sends to push services; the address is the browser's subscription as JSON text."""

    def __init__(self, *, private_key: str, contact: str) -> None:
        self._private_key = private_key
        self._contact = contact

    def send(self, address: str, message: Message) -> None:
        """Hand one notification over; raises as `Channel.send` says."""
        try:
            webpush(
                subscription_info=json.loads(address),
                data=payload(message),
                vapid_private_key=self._private_key,
                vapid_claims={"sub": f"mailto:{self._contact}"},
                ttl=LIVES_SECONDS,
                timeout=TIMEOUT_SECONDS,
                headers={"Urgency": "high" if message.severity == "high" else "normal"},
            )
        except WebPushException as error:
            status = error.status_code
            if status is not None and (status in (_TOO_MANY, _TIMEOUT) or status >= _SERVER_ERROR):
                raise RetryError(f"HTTP {status}") from error
            raise PermanentError(f"HTTP {status}" if status else "the subscription is not valid") from error
        except requests.RequestException as error:
            raise RetryError(type(error).__name__) from error
        except (ValueError, KeyError, TypeError) as error:
            raise PermanentError("the subscription is not valid") from error


def payload(message: Message) -> str:
    """Return what the app's service worker shows; push services take 4 KiB at most."""
    shown = {"title": message.subject, "body": message.short, "url": message.link, "tag": message.thread_id}
    return json.dumps({**shown, "severity": message.severity}, ensure_ascii=False, separators=(",", ":"))
