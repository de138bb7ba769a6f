"""The notifier's tool for operators: `python -m lambdas.notifier redrive`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import boto3

from lambdas.notifier.redrive import Letter, let_go, letters, put_back

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_EPILOG = """
Messages that could not be delivered, and records that could not be read, lie in the queue `notifier-dead` with the
reason. Mend the cause first; then put them back:

  python -m lambdas.notifier redrive --dry-run                   what lies there, and why
  python -m lambdas.notifier redrive --reason MessageRejected    put back what failed for this reason
  python -m lambdas.notifier redrive                             put back all

Nobody is told twice by this: what was sent stays sent, what is over is not told, and a record older than 15 minutes
is written down as stale. The queues are named by NOTIFIER_DEAD_QUEUE_URL and NOTIFIER_RETRY_QUEUE_URL.
"""


def main(arguments: Sequence[str] | None = None, client: SQSClient | None = None) -> int:
    """Run the command; return 2 when it cannot be done, with one message that says why."""
    parsed = _parser().parse_args(arguments)
    urls = [os.environ.get(f"NOTIFIER_{name}_QUEUE_URL", "") for name in ("DEAD", "RETRY")]
    if not all(urls):
        print(
            "redrive: expected NOTIFIER_DEAD_QUEUE_URL and NOTIFIER_RETRY_QUEUE_URL, came none for one; set both",
            file=sys.stderr,
        )
        return 2
    _redrive(client or boto3.client("sqs"), parsed, dead_url=urls[0], retry_url=urls[1])
    return 0


def _redrive(client: SQSClient, parsed: argparse.Namespace, *, dead_url: str, retry_url: str) -> None:
    found = list(letters(client, dead_url))
    meant = [letter for letter in found if letter.again is not None and parsed.reason in letter.reason]
    width = max((len(letter.reason) for letter in found), default=0)
    for letter in found:
        is_meant = letter in meant
        if is_meant and not parsed.dry_run:
            put_back(client, letter, dead_url=dead_url, retry_url=retry_url)
        else:
            let_go(client, letter, dead_url=dead_url)
        print(f"{_done(is_meant=is_meant, is_dry=parsed.dry_run):<14}  {letter.reason:<{width}}  {letter.what}")
    print(_summary(found, len(meant), is_dry=parsed.dry_run))


def _done(*, is_meant: bool, is_dry: bool) -> str:
    if not is_meant:
        return "left"
    return "would go back" if is_dry else "put back"


def _summary(found: Sequence[Letter], meant: int, *, is_dry: bool) -> str:
    if not found:
        return "No dead letters."
    verb = "would go back" if is_dry else "put back"
    hint = "\nPut them back: python -m lambdas.notifier redrive" if is_dry and meant else ""
    return f"{len(found)} dead letters, {meant} {verb}, {len(found) - meant} left.{hint}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lambdas.notifier",
        description="Look after the notifier's dead letters.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    redrive = commands.add_parser(
        "redrive",
        help="list the dead letters and put them back",
        description="List the dead letters and put them back to be tried again.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    redrive.add_argument("--dry-run", action="store_true", help="only list them")
    redrive.add_argument("--reason", default="", metavar="TEXT", help="only those whose reason contains this text")
    return parser


if __name__ == "__main__":
    sys.exit(main())
