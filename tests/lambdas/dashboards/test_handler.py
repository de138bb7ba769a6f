"""The function behind API Gateway, on a service that answers over HTTP: tokens, bodies, and throttling."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from aws_lambda_powertools import Logger

from lambdas.dashboards import handler
from tests.lambdas.dashboards.conftest import ACCOUNT, SUBJECT, URL, USER, claims


@dataclass
class Service:
    """Quick Sight over HTTP: one user, whose groups are kept; it throttles as often as it is told."""

    groups: set[str] = field(default_factory=set)
    throttled: int = 0
    calls: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str) -> tuple[int, dict[str, Any], str]:
        """Return status, body and error code of a call."""
        self.calls.append(f"{method} {path}")
        if self.throttled:
            self.throttled -= 1
            return 429, {"Message": "slow down"}, "ThrottlingException"
        return 200, self._done(method, path), ""

    def _done(self, method: str, path: str) -> dict[str, Any]:
        if path.endswith("/embed-url/registered-user"):
            return {"EmbedUrl": URL, "RequestId": "r"}
        if "/members/" in path:
            group = path.partition("/groups/")[2].partition("/members/")[0]
            (self.groups.add if method == "PUT" else self.groups.discard)(group)
            return {}
        if path.endswith("/groups"):
            return {"GroupList": [{"GroupName": group} for group in sorted(self.groups)]}
        return dict(USER)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service, and the environment that a deployment sets; tries follow each other without waiting."""
    state = Service()

    class Answering(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            """Answer one call."""
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body, code = state.answer(self.command, unquote(self.path.partition("?")[0]))
            text = json.dumps(body).encode()
            self.send_response(status)
            if code:
                self.send_header("x-amzn-ErrorType", code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def __getattr__(self, name: str) -> Any:
            """Answer every method alike: the server looks for `do_GET` and its like."""
            if name.startswith("do_"):
                return self.handle_any
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL_QUICKSIGHT": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "DASHBOARDS_ACCOUNT_ID": ACCOUNT,
        "DASHBOARDS_IDENTITY_REGION": "us-east-1",
        "DASHBOARDS_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/reader",
        "DASHBOARDS_IDS": "queues=store-traffic-queues",
        "DASHBOARDS_DOMAINS": "https://app.example.com",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    handler._embedding.cache_clear()
    yield state
    handler._embedding.cache_clear()
    server.shutdown()
    server.server_close()
    thread.join()


def asked(name: str = "queues", *, body: Any = None, **changes: Any) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Ask the function as API Gateway does; return status, body and headers."""
    event = {
        "httpMethod": "POST",
        "path": f"/dashboards/{name}/url",
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"authorizer": {"claims": claims()}, "requestId": "1"},
        **changes,
    }
    answer = handler.handle(event, None)
    return answer["statusCode"], json.loads(answer["body"]), answer["multiValueHeaders"]


def test_who_signed_in_gets_a_url_that_no_cache_keeps(service: Service) -> None:
    """Groups are set before; the answer says until when the URL opens."""
    service.groups = {"store-traffic-chain"}
    status, body, headers = asked(body={"parameters": {"store": "store-001"}})
    assert (status, body["url"]) == (200, f"{URL}#p.store=store-001")
    assert body["expires_at"].endswith("+00:00")
    assert headers["Cache-Control"] == ["no-store"]
    assert service.groups == {"store-traffic-store-store-001", "store-traffic-viewer"}
    assert service.calls[-1] == f"POST /accounts/{ACCOUNT}/embed-url/registered-user"
    assert f"/users/reader/{SUBJECT}" in service.calls[0]


def test_throttling_is_tried_again(service: Service) -> None:
    """Three times slower, the fourth answers; a fifth is not made."""
    service.throttled = 3
    assert asked()[0] == 200
    service.throttled = 4
    status, body, _ = asked()
    assert (status, "ask again in a minute" in body["error"]) == (503, True)


@pytest.mark.parametrize("context", [{}, {"authorizer": None}, {"authorizer": {"claims": None}}])
def test_a_request_past_the_authorizer_gets_nothing(service: Service, context: dict[str, Any]) -> None:
    """Without claims nobody asks Quick Sight."""
    assert asked(requestContext=context)[0] == 403
    assert service.calls == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ({"parameters": {"store": "x" * 5000}}, 400),
        ({"parameters": {"shop": "store-001"}}, 400),
        ({"parameters": {"store": "store-002"}}, 403),
        ({"parameters": "all"}, 400),
    ],
)
def test_a_body_that_asks_for_more_is_refused(service: Service, body: Any, status: int) -> None:
    """Each with its status, and Quick Sight is not asked."""
    assert asked(body=body)[0] == status
    assert service.calls == []


def test_an_unknown_dashboard_is_not_found(service: Service) -> None:
    """With the nearest name."""
    status, body, _ = asked("queue")
    assert (status, "did you mean queues?" in body["error"]) == (404, True)
    assert service.calls == []


def test_what_an_operator_has_to_mend_is_told_in_the_log_only(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person hears that it is not their fault; the log has the call and the code."""
    log = io.StringIO()
    monkeypatch.setattr(handler, "logger", Logger(service="dashboards-test", stream=log))
    monkeypatch.setattr(service, "answer", lambda *_: (401, {"Message": "role r may not"}, "AccessDeniedException"))
    status, body, _ = asked()
    assert (status, body["error"]) == (500, handler._OURS)
    (line,) = [each for each in map(json.loads, log.getvalue().splitlines()) if each["level"] == "ERROR"]
    assert line["reason"].startswith("look up a user: expected Quick Sight to do it, came AccessDeniedException")
