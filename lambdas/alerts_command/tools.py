"""What every verb works with, and the one error that it ends with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.recipients import RecipientStore
from lambdas.alert_store.rules import RuleStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROGRAM = "alerts"


class CommandError(ValueError):
    """The command cannot do what was asked; the message says what was expected, what came, and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The tables, the terminal and the time. The client is made when first asked for: some verbs need none."""

    client: Callable[[], DynamoDBClient]
    console: Console
    now_ms: int
    table_prefix: str = ""

    @property
    def rules(self) -> RuleStore:
        """The rules of the chain and of each store."""
        return RuleStore(self.client(), table_prefix=self.table_prefix)

    @property
    def actions(self) -> ActionStore:
        """Alerts, and what people did about them."""
        return ActionStore(self.client(), table_prefix=self.table_prefix)

    @property
    def recipients(self) -> RecipientStore:
        """Who is told."""
        return RecipientStore(self.client(), table_prefix=self.table_prefix)

    def say(self, text: str, *, style: str = "") -> None:
        """Print a line as it is: no markup, no guesses at what could be coloured, no breaks."""
        self.console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
