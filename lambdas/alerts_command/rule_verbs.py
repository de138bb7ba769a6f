"""The verbs on rules: check, seed, show, history."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

from rich.console import RenderableType

from contracts.recipients import Recipient
from contracts.rules import ANY_STORE, STORE_RULE_ID, TAKES_EFFECT_MS, RulesError, Store
from lambdas.alert_store.versions import Version
from lambdas.alerts_command.rule_file import RuleFile, read_rule_file
from lambdas.alerts_command.tools import PROGRAM, CommandError, Tools
from lambdas.alerts_command.words import SEVERITY_STYLES, at, cell, change, condition, counted, table, told, when, where

_OWNERS = {ANY_STORE: "chain"}


def check(options: argparse.Namespace, tools: Tools) -> None:
    """Read a rule file, and say what is in it; touches no table."""
    read = read_rule_file(options.file)
    rules = sum(map(len, read.book.rules.values()))
    tools.say(
        f"{options.file} can be used: {counted(rules, 'rule')}, {counted(len(read.book.stores), 'store')}, "
        f"{counted(len(read.people), 'recipient')}."
    )
    if read.people and (lacking := read.roles_of_nobody()):
        tools.say(f"Nobody of the file has the role {', '.join(lacking)}: rules that name it tell nobody of these.")
    tools.say(f"Next: {PROGRAM} rules seed {options.file}")


def seed(options: argparse.Namespace, tools: Tools) -> None:
    """Save what a rule file says, where it differs from what is there."""
    read = read_rule_file(options.file)
    wanted = read.for_store(options.store) if options.store else read
    saved = tools.rules.seed(wanted.book, saved_by=options.person, now_ms=tools.now_ms)
    _tell_saved(saved, tools)
    _save_people(wanted, options, tools)
    tools.say(f"Next: {PROGRAM} rules show --store {options.store or next(iter(read.book.stores), 'STORE')}")


def show(options: argparse.Namespace, tools: Tools) -> None:
    """Show what holds for a store, and what will."""
    store = tools.rules.store(options.store, tools.now_ms)
    current = tools.rules.current(options.store, tools.now_ms)
    holding = [version for rule_id, version in current.items() if rule_id != STORE_RULE_ID]
    own = sum(version.store_id == options.store for version in holding)
    tools.say(_holding(len(holding), own, options.store), style="bold")
    tools.say(_about(store))
    if holding:
        rows = table(("Rule", "Of", "Version", "Raised when", "Severity", "Told", "Where", "When"), right=["Version"])
        for version in holding:
            rows.add_row(*_cells(version))
        tools.console.print(rows)
    _tell_soon(options.store, store, tools)
    if holding:
        named = holding[0]
        tools.say(f"Next: {PROGRAM} rules history --store '{named.store_id}' --rule {named.rule_id}")
    else:
        tools.say(f"Next: {PROGRAM} rules seed supermarket")


def history(options: argparse.Namespace, tools: Tools) -> None:
    """Show every version of one rule: when, by whom, what changed."""
    versions = tools.rules.versions(options.store, options.rule)
    if not versions:
        raise CommandError(
            f"rule {options.rule}: expected one that was saved for {_of(options.store)}, came none of that id; "
            f"`{PROGRAM} rules show --store STORE` lists the rules and whose they are"
        )
    zone = _zone(tools.rules.store(options.store, tools.now_ms))
    rows = table(("Version", "Saved", "By", "Holds from", "What changed"), right=["Version"])
    for number, version in enumerate(versions):
        before = versions[number - 1] if number else None
        times = (at(time_ms, zone) for time_ms in (version.saved_ms, version.valid_from_ms))
        saved, holds = (cell(time) for time in times)
        rows.add_row(str(version.version), saved, cell(version.saved_by), holds, cell(change(before, version)))
    tools.say(f"{counted(len(versions), 'version')} of {options.rule}, times in {zone.key}", style="bold")
    tools.console.print(rows)


def _holding(count: int, own: int, store_id: str) -> str:
    if not count:
        return f"No rules hold for {_of(store_id)}: nothing raises an alert."
    whose = f", {own} of them its own" if own and store_id != ANY_STORE else ""
    return f"{counted(count, 'rule')} hold{'s' if count == 1 else ''} for {_of(store_id)}{whose}."


def _of(store_id: str) -> str:
    return "the whole chain" if store_id == ANY_STORE else f"store {store_id}"


def _about(store: Store) -> str:
    hours = "opening hours known" if store.opening_hours is not None else "no opening hours: it counts as always open"
    target = f"target wait {store.target_wait_seconds} s for {store.service_level:.0%} of shoppers"
    return f"{store.time_zone}, {hours}, {target}"


def _cells(version: Version) -> tuple[RenderableType, ...]:
    owner = _OWNERS.get(version.store_id, "store")
    try:
        rule = version.rule()
    except (RulesError, ValueError) as error:
        return cell(version.rule_id), owner, str(version.version), cell(f"cannot be used: {error}", "red")
    told_when = condition(rule) if rule.is_enabled else f"off; {condition(rule)}"
    severity = cell(rule.severity, SEVERITY_STYLES[rule.severity])
    texts = [
        cell(text, "" if rule.is_enabled else "dim") for text in (rule.rule_id, owner, str(rule.version), told_when)
    ]
    return *texts, severity, cell(told(rule)), cell(where(rule)), cell(when(rule))


def _tell_soon(store_id: str, store: Store, tools: Tools) -> None:
    versions = (each for owner in dict.fromkeys((ANY_STORE, store_id)) for each in tools.rules.versions(owner))
    for version in versions:
        if version.valid_from_ms > tools.now_ms:
            begins = at(version.valid_from_ms, _zone(store))
            what = "is gone" if not version.body else f"holds as version {version.version}"
            tools.say(f"From {begins} on {version.rule_id} of {_of(version.store_id)} {what}.")


def _zone(store: Store) -> ZoneInfo:
    return ZoneInfo(store.time_zone)


def _tell_saved(saved: list[Version], tools: Tools) -> None:
    if not saved:
        tools.say("The rules are the same already: nothing saved.", style="bold")
        return
    tools.say(f"{counted(len(saved), 'version')} saved; they hold in {TAKES_EFFECT_MS // 1000} s.", style="bold")
    rows = table(("Store", "Rule", "Version", "What"), right=["Version"])
    for version in saved:
        is_store = version.rule_id == STORE_RULE_ID
        what = "what the store says of itself" if is_store else str(json.loads(version.body)["metric"])
        rows.add_row(cell(version.store_id), cell(version.rule_id), str(version.version), cell(what))
    tools.console.print(rows)


def _save_people(wanted: RuleFile, options: argparse.Namespace, tools: Tools) -> None:
    save: Callable[[Recipient], bool] = tools.recipients.put if options.replace_people else tools.recipients.add
    are_written = [save(person) for person in wanted.people]
    if added := are_written.count(True):
        tools.say(f"{counted(added, 'recipient')} written.")
    if left := are_written.count(False):
        tools.say(f"{counted(left, 'recipient')} there already, left alone: --replace-people writes them anew.")
