"""`python -m lambdas.alerts_command` (`alerts`): rules are checked, seeded and shown, alerts listed and acted on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from contracts.alerts import ActionRefusedError
from contracts.rules import RulesError
from lambdas.alert_store.actions import UnknownAlertError
from lambdas.alert_store.rules import RuleConflictError
from lambdas.alerts_command.parser import parser
from lambdas.alerts_command.tools import CommandError, Tools

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

USAGE_ERROR = 2
_WIDTH_OF_FILES = 200
"""Where nobody looks, lines are not folded to a terminal's width."""
_PATIENCE = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns 0, or 2 when it cannot be done."""
    options = parser(os.environ).parse_args(arguments)
    tools = Tools(
        client=lru_cache(maxsize=1)(_client),
        console=Console(width=None if sys.stdout.isatty() else _WIDTH_OF_FILES),
        now_ms=time.time_ns() // 1_000_000,
        table_prefix=os.environ.get("ALERTS_TABLE_PREFIX", ""),
    )
    run: Callable[[object, Tools], None] = options.run
    try:
        run(options, tools)
    except (CommandError, RulesError, RuleConflictError, ActionRefusedError, UnknownAlertError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    except (BotoCoreError, ClientError) as error:
        print(
            f"expected the tables rules, alerts, alert_actions and recipients in DynamoDB, came: {error}; "
            "check region, credentials and AWS_ENDPOINT_URL_DYNAMODB; `python -m glue apply` makes the tables",
            file=sys.stderr,
        )
        return USAGE_ERROR
    return 0


def _client() -> DynamoDBClient:
    return boto3.client("dynamodb", config=_PATIENCE)


if __name__ == "__main__":
    sys.exit(main())
