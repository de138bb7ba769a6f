"""How a function that CloudFormation calls tells how it went: by a PUT to the address that came with the request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import Request, urlopen

LONGEST_REASON = 3000
"""An answer is at most 4096 bytes."""
Work = Callable[[Mapping[str, Any]], str]


def answering(work: Work, *, physical_id: str, put: Callable[[str, bytes], None] | None = None) -> Callable[..., None]:
    """Return a handler that does the work on creation and update, and nothing on deletion.

    What the work returns is shown in the log; what it raises makes the deployment fail and go back, with the reason.
    """

    def handler(event: Mapping[str, Any], _: object = None) -> None:
        try:
            told = work(event) if event["RequestType"] != "Delete" else "nothing to do"
        except Exception as error:
            _answer(event, physical_id, status="FAILED", reason=str(error) or repr(error), put=put or _put)
            return
        print(told)
        _answer(event, physical_id, status="SUCCESS", reason="", put=put or _put)

    return handler


def _answer(
    event: Mapping[str, Any], physical_id: str, *, status: str, reason: str, put: Callable[[str, bytes], None]
) -> None:
    if reason:
        print(reason)
    answer = {
        "Status": status,
        "Reason": reason[:LONGEST_REASON],
        "PhysicalResourceId": event.get("PhysicalResourceId", physical_id),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    put(event["ResponseURL"], json.dumps(answer).encode())


def _put(url: str, body: bytes) -> None:
    if not url.startswith("https://"):
        raise ValueError(
            f"expected CloudFormation's https address, came {url.partition(':')[0]}: an answer has no other way"
        )
    # A content type would break the signature of the address.
    request = Request(url, data=body, method="PUT", headers={"Content-Type": ""})
    with urlopen(request, timeout=30):
        pass
