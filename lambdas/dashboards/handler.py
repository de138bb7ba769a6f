"""What API Gateway calls: `POST /dashboards/{name}/url` with a person's token, answered with a URL to embed.

The body is `{"parameters": {"store": "…", "period": "…"}}`, or nothing. The authorizer of the user pool verifies the
token; a request that came past it has no claims and is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError

from lambdas.dashboards.embedding import Embedding
from lambdas.dashboards.errors import ClaimsError, DashboardError
from lambdas.dashboards.opening import opening_of
from lambdas.dashboards.quick_sight import CALLS
from lambdas.dashboards.settings import read_settings
from lambdas.dashboards.viewer import viewer_of

_BODY_MAX = 4096
_OURS = "The dashboard cannot be opened: somebody has to set something up. An administrator finds it in the log."

logger = Logger(service="dashboards")
app = APIGatewayRestResolver()


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    return app.resolve(event, context)


@app.post("/dashboards/<name>/url")
def open_dashboard(name: str) -> Response[str]:
    """Return the URL of a dashboard for who asks."""
    viewer = viewer_of(_claims())
    made = _embedding().embed_url(viewer, name, opening_of(_body().get("parameters") or {}))
    return _answer(HTTPStatus.OK, url=made.url, expires_at=made.expires_at.isoformat())


@app.exception_handler(DashboardError)  # type: ignore[untyped-decorator]
def refuse(error: DashboardError) -> Response[str]:
    """Tell the person what to do; what only an operator can mend is told in the log."""
    is_ours = error.status == HTTPStatus.INTERNAL_SERVER_ERROR
    if is_ours or error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        logger.error("no dashboard", extra={"reason": str(error)}, exc_info=error)
    return _answer(error.status, error=_OURS if is_ours else str(error))


def _claims() -> dict[str, Any]:
    authorizer = (app.current_event.raw_event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims")
    if not isinstance(claims, dict):
        raise ClaimsError("token: expected claims of the authorizer, came none; sign in, and send the id token")
    return claims


def _body() -> dict[str, Any]:
    text = app.current_event.decoded_body or "{}"
    if len(text) > _BODY_MAX:
        raise BadRequestError(f"body: expected at most {_BODY_MAX} characters, came {len(text)}; send controls only")
    try:
        body = json.loads(text)
    except ValueError as error:
        raise BadRequestError("body: expected JSON, came something else; send {} for none") from error
    if not isinstance(body, dict):
        raise BadRequestError("body: expected an object, came something else; send {} for none")
    return body


def _answer(status: HTTPStatus, **body: str) -> Response[str]:
    # The URL is a key: no cache may keep it.
    return Response(status, "application/json", json.dumps(body), headers={"Cache-Control": "no-store"})


@lru_cache(maxsize=1)
def _embedding() -> Embedding:
    settings = read_settings(os.environ)
    return Embedding(
        identities=boto3.client("quicksight", region_name=settings.identity_region, config=CALLS),
        embeds=boto3.client("quicksight", config=CALLS),
        settings=settings,
        logger=logger,
        clock=lambda: dt.datetime.now(dt.UTC),
    )
