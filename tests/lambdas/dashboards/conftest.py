"""Quick Sight by botocore's stubber: a test says which calls are expected, in their order; no other passes."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
import pytest
from aws_lambda_powertools import Logger
from botocore.stub import Stubber

from lambdas.dashboards.embedding import FEATURES, Embedding
from lambdas.dashboards.settings import Settings

ACCOUNT = "111122223333"
NOW = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
URL = "https://eu-central-1.quicksight.aws.amazon.com/embed/1/dashboards/2?code=secret&isauthcode=true"
SUBJECT = "8f1c2a9e-0b1d-4f6a-9a77-1d2e3f4a5b6c"
USER_NAME = f"reader/{SUBJECT}"
USER_ARN = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/{USER_NAME}"
VIEWERS = "store-traffic-viewer"
PLACE = {"AwsAccountId": ACCOUNT, "Namespace": "default"}
USER = {"User": {"UserName": USER_NAME, "Arn": USER_ARN, "Role": "READER"}}
SETTINGS = Settings(
    account_id=ACCOUNT,
    identity_region="us-east-1",
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/service/reader",
    dashboards={"regional-overview": "store-traffic-regional-overview", "queues": "store-traffic-queues"},
    domains=("https://app.example.com",),
    session_minutes=45,
)
REGISTRATION = {
    **PLACE,
    "IdentityType": "IAM",
    "UserRole": "READER",
    "Email": "anna@example.com",
    "IamArn": SETTINGS.role_arn,
    "SessionName": SUBJECT,
}


def quick_sight(**more: Any) -> Any:
    """Return a client with keys of nobody's."""
    return boto3.client(
        "quicksight",
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        **more,
    )


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of Anna, who manages store-001."""
    return {
        "sub": SUBJECT,
        "email": "anna@example.com",
        "cognito:groups": "store_manager",
        "custom:store_id": "store-001",
        **changes,
    }


@dataclass
class QuickSight:
    """A script of calls and answers, and the embedding that is to keep to it."""

    client: Any
    stubber: Stubber
    log: io.StringIO = field(default_factory=io.StringIO)

    def embedding(self, settings: Settings = SETTINGS) -> Embedding:
        """Return the embedding on this client."""
        logger = Logger(service=f"dashboards-{uuid4()}", stream=self.log)
        return Embedding(
            identities=self.client, embeds=self.client, settings=settings, logger=logger, clock=lambda: NOW
        )

    def lines(self) -> list[dict[str, Any]]:
        """Return what was logged."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def answers(self, method: str, answer: dict[str, Any], **expected: Any) -> None:
        """Expect a call, and answer it."""
        self.stubber.add_response(method, answer, {**PLACE, **expected})

    def fails(self, method: str, code: str, status: int = 400, **expected: Any) -> None:
        """Expect a call, and refuse it."""
        self.stubber.add_client_error(
            method, code, "words of the service", status, expected_params={**PLACE, **expected}
        )

    def knows(self, *groups: str) -> None:
        """Expect that the user and its groups are looked up."""
        self.answers("describe_user", USER, UserName=USER_NAME)
        self.lists(*groups)

    def lists(self, *groups: str) -> None:
        """Expect that the groups are listed."""
        named = [{"GroupName": group} for group in groups]
        self.answers("list_user_groups", {"GroupList": named}, UserName=USER_NAME)

    def leaves(self, group: str) -> None:
        """Expect that the user is taken out of a group."""
        self.answers("delete_group_membership", {}, GroupName=group, MemberName=USER_NAME)

    def joins(self, group: str) -> None:
        """Expect that the user is put into a group."""
        self.answers("create_group_membership", {}, GroupName=group, MemberName=USER_NAME)

    def gives(self, dashboard_id: str = "store-traffic-queues") -> None:
        """Expect that a URL is asked for."""
        answer = {"EmbedUrl": URL, "Status": 200, "RequestId": "r"}
        self.stubber.add_response("generate_embed_url_for_registered_user", answer, {
            "AwsAccountId": ACCOUNT,
            "SessionLifetimeInMinutes": 45,
            "UserArn": USER_ARN,
            "ExperienceConfiguration": {
                "Dashboard": {"InitialDashboardId": dashboard_id, "FeatureConfigurations": FEATURES}
            },
            "AllowedDomains": ["https://app.example.com"],
        })  # fmt: skip


@pytest.fixture
def service() -> Iterator[QuickSight]:
    """Quick Sight; at the end every expected call was made."""
    client = quick_sight()
    with Stubber(client) as stubber:
        yield QuickSight(client, stubber)
        stubber.assert_no_pending_responses()
