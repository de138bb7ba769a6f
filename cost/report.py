"""The tables of `docs/cost.md`, and of the command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from bench.page import markdown_table
from bench.scale_model import Inputs
from cost.levers import ALTERNATIVES, ASSUMED, Alternative, Levers
from cost.load import Load
from cost.measured import Amount
from cost.prices import Prices
from cost.services import Line, bill, by_service, total

GOAL_USD = 10.0
"""A store and month, at 50 stores of 20 cameras."""
STEPS = (10, 50, 200, 1_000)
CAMERA_STEPS = (5, 10, 20, 40)


@dataclass(frozen=True, slots=True)
class Model:
    """What every table is worked out from."""

    inputs: Inputs
    amounts: dict[str, Amount]
    prices: Prices

    def lines(self, levers: Levers) -> tuple[Line, ...]:
        """Return the bill."""
        return bill(Load(levers, self.inputs, self.amounts))

    def a_store(self, levers: Levers) -> float:
        """Return USD a store and month."""
        return total(self.lines(levers), self.prices) / levers.stores


def tables(model: Model, levers: Levers) -> dict[str, str]:
    """Return the tables as Markdown, by the name of their place in the page."""
    return {
        "services": services_table(model, levers),
        "levers": levers_table(model, levers),
        "sizes": sizes_table(model, levers),
        "assumed": assumed_table(levers),
        "measured": measured_table(model.amounts),
        "prices": prices_table(model.prices),
    }


def services_table(model: Model, levers: Levers) -> str:
    """Return the bill by service: USD a month of the chain, USD a store, share of all, and its largest line."""
    lines = model.lines(levers)
    sums, together = by_service(lines, model.prices), total(lines, model.prices)
    rows = [
        (
            name,
            f"{usd:,.2f}",
            f"{usd / levers.stores:,.3f}",
            f"{usd / together:.0%}",
            _largest(name, lines, model.prices),
        )
        for name, usd in sorted(sums.items(), key=lambda each: -each[1])
    ]
    rows.append(
        (
            "**together**",
            f"**{together:,.2f}**",
            f"**{together / levers.stores:,.2f}**",
            "",
            verdict(together / levers.stores),
        )
    )
    headings = (f"{levers.stores:,} stores, {levers.cameras} cameras", "USD a month", "a store", "share", "most of it")
    return markdown_table(headings, rows, right={1, 2, 3})


def verdict(usd_a_store: float) -> str:
    """Say whether the goal is met."""
    return f"goal of {GOAL_USD:.2f}: {'met' if usd_a_store <= GOAL_USD else '**missed**'}"


def _largest(service: str, lines: Sequence[Line], prices: Prices) -> str:
    return max((line for line in lines if line.service == service), key=lambda line: line.usd(prices)).item


def levers_table(model: Model, levers: Levers) -> str:
    """Return what each other choice would change, the cheapest first."""
    now = model.a_store(levers)
    changes = [(each, model.a_store(each.of(levers)) - now) for each in ALTERNATIVES]
    rows = [
        (each.name, f"{change:+.2f}", f"{now + change:.2f}", _moved(each), each.effect)
        for each, change in sorted(changes, key=lambda pair: pair[1])
    ]
    headings = ("instead", "USD a store", "together", "where", "what that does")
    return markdown_table(headings, rows, right={1, 2})


def _moved(alternative: Alternative) -> str:
    return ", ".join(sorted(alternative.services))


def sizes_table(model: Model, levers: Levers) -> str:
    """Return USD a store and month by stores and cameras."""
    rows = [
        (
            f"{cameras} cameras",
            *(f"{model.a_store(replace(levers, stores=stores, cameras=cameras)):.2f}" for stores in STEPS),
        )
        for cameras in CAMERA_STEPS
    ]
    return markdown_table(("a store of", *(f"{stores:,} stores" for stores in STEPS)), rows, right={1, 2, 3, 4})


def assumed_table(levers: Levers) -> str:
    """Return what nobody measured."""
    rows = [(f"`{name}`", f"{getattr(levers, name):g}", why) for name, why in ASSUMED]
    return markdown_table(("assumed", "", "why"), rows, right={1})


def measured_table(amounts: dict[str, Amount]) -> str:
    """Return what was measured, and which page has it."""
    rows = [(f"`{name}`", f"{each.value:g}", each.unit, each.source) for name, each in amounts.items()]
    return markdown_table(("measured", "", "unit", "where"), rows, right={1})


def prices_table(prices: Prices) -> str:
    """Return all prices, those that must be looked up again first."""
    order = {"memory": 0, "page": 1, "list": 2}
    rows = [
        (
            f"`{name}`",
            f"{each.usd:.10f}".rstrip("0").rstrip("."),
            each.unit,
            _known(each.known_by, each.known_on),
            each.page,
        )
        for name, each in sorted(prices.by_name.items(), key=lambda pair: (order[pair[1].known_by], pair[0]))
    ]
    return markdown_table(("price", "USD", "for one", "known by", "page"), rows, right={1})


def _known(known_by: str, known_on: object) -> str:
    return "**memory: look it up**" if known_by == "memory" else f"{known_by}, {known_on}"


def lines_table(model: Model, levers: Levers) -> str:
    """Return every line of the bill: quantity, price, USD a month."""
    rows = [
        (line.service, line.item, f"{line.quantity:,.2f}", f"`{line.price}`", f"{line.usd(model.prices):,.2f}")
        for line in model.lines(levers)
    ]
    return markdown_table(("service", "line", "quantity a month", "price", "USD a month"), rows, right={2, 4})


def lever_names() -> list[str]:
    """Return the names that `--set` takes."""
    return [each.name for each in fields(Levers)]
