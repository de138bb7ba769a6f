"""The verbs, their arguments and what `--help` teaches."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from contracts.alerts import VERDICTS
from lambdas.alerts_command import alert_verbs, rule_verbs
from lambdas.alerts_command.rule_file import seed_names
from lambdas.alerts_command.tools import PROGRAM

_A_YEAR_HOURS = 24 * 366

_EXPLAINED = f"""\
Alert rules and alerts of stores.

Every version of a rule is kept and holds 20 s after it was saved. What people do about an alert is kept beside it: an
alert is acknowledged once, a verdict may be given again and the latest holds, comments are added.

examples:
  {PROGRAM} rules check my-rules.toml                          every mistake in it is named; nothing is saved
  {PROGRAM} rules seed supermarket --person person-1           a chain's first rules, from those that come along
  {PROGRAM} rules seed my-rules.toml --store store-1           as one store's own, in place of the chain's
  {PROGRAM} rules show --store store-1                         what holds there, and what soon will
  {PROGRAM} rules history --store '*' --rule long-queue        who changed what, when
  {PROGRAM} list --store store-1 --open                        what needs attention now
  {PROGRAM} show --store store-1 a612dd92                      one alert, by the first letters that `list` gives
  {PROGRAM} acknowledge --store store-1 a612dd92               I take it on
  {PROGRAM} verdict --store store-1 a612dd92 false             it was nothing
  {PROGRAM} comment --store store-1 a612dd92 Lane 4 is open    what you found, in words

environment:
  ALERTS_PERSON                   your user's id, never a name: who does it, unless --person says so
  ALERTS_TABLE_PREFIX             what stands before the tables' names, where anything does
  AWS_ENDPOINT_URL_DYNAMODB       another DynamoDB than the cloud's, such as a local one
  AWS_REGION, AWS_PROFILE, ...    as every AWS tool reads them

It ends with 0, or with 2 and one message that says what was expected, what came and what to do.
docs/alert-rules.md tells how rules are written.
"""


def parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return the parser; the environment says who acts unless the arguments do."""
    made = argparse.ArgumentParser(
        prog=PROGRAM, description=_EXPLAINED, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = made.add_subparsers(required=True, metavar="VERB")
    _add_rules(verbs.add_parser("rules", help="check, seed, show, history of alert rules"), environment)
    listed = verbs.add_parser("list", help="a store's alerts, the newest first")
    listed.set_defaults(run=alert_verbs.list_alerts)
    listed.add_argument("--store", required=True, metavar="STORE", help="the store's id")
    listed.add_argument("--open", action="store_true", help="only those that are not over")
    listed.add_argument("--hours", type=_hours, default=24, metavar="HOURS", help="how far back [24]")
    listed.add_argument("--limit", type=_at_least_one, default=50, metavar="COUNT", help="at most so many [50]")
    _add_alert(verbs.add_parser("show", help="one alert with its acts")).set_defaults(run=alert_verbs.show)
    _add_acts(verbs, environment)
    return made


def _add_rules(rules: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
    verbs = rules.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", help="name every mistake in a rule file; saves nothing")
    seed = verbs.add_parser("seed", help="save what a rule file says, where it differs from what is there")
    for verb in (check, seed):
        verb.add_argument(
            "file", metavar="FILE", help=f"a TOML file, or one that comes along: {', '.join(seed_names())}"
        )
    check.set_defaults(run=rule_verbs.check)
    seed.set_defaults(run=rule_verbs.seed)
    seed.add_argument("--store", metavar="STORE", help="save the chain's rules of the file as this store's own")
    seed.add_argument("--replace-people", action="store_true", help="write people anew who are there already")
    _add_person(seed, environment)
    show = verbs.add_parser("show", help="the rules that hold for a store")
    show.set_defaults(run=rule_verbs.show)
    show.add_argument("--store", required=True, metavar="STORE", help="the store's id; '*' for the chain's rules")
    history = verbs.add_parser("history", help="every version of a rule")
    history.set_defaults(run=rule_verbs.history)
    history.add_argument("--store", required=True, metavar="STORE", help="whose rule; '*' for the chain's")
    history.add_argument("--rule", required=True, metavar="RULE", help="the rule's id; ~store for the store's settings")


def _add_acts(verbs: argparse._SubParsersAction[argparse.ArgumentParser], environment: Mapping[str, str]) -> None:
    acknowledge = _add_alert(verbs.add_parser("acknowledge", help="take an alert on"))
    acknowledge.set_defaults(run=alert_verbs.acknowledge)
    verdict = _add_alert(verbs.add_parser("verdict", help="say what an alert was"))
    verdict.set_defaults(run=alert_verbs.verdict)
    verdict.add_argument("verdict", choices=VERDICTS, help=", ".join(VERDICTS), metavar="VERDICT")
    for verb in (acknowledge, verdict):
        verb.add_argument("--comment", metavar="WORDS", help="words to go with it")
    comment = _add_alert(verbs.add_parser("comment", help="add words to an alert"))
    comment.set_defaults(run=alert_verbs.comment)
    comment.add_argument("words", nargs="+", metavar="WORDS", help="what you found")
    for verb in (acknowledge, verdict, comment):
        _add_person(verb, environment)


def _add_alert(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    verb.add_argument("--store", required=True, metavar="STORE", help="the store's id")
    verb.add_argument("alert", metavar="ALERT", help="the alert's id, or the first letters that `list` gives")
    return verb


def _add_person(verb: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
    person = environment.get("ALERTS_PERSON") or None
    verb.add_argument(
        "--person", required=person is None, default=person, metavar="ID", help="who does it [$ALERTS_PERSON]"
    )


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= _A_YEAR_HOURS:
        raise argparse.ArgumentTypeError(f"expected hours from 0 to {_A_YEAR_HOURS}, came {text}")
    return hours


def _at_least_one(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, came {text}")
    return count
