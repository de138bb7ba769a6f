"""`python -m cost`: what a chain costs a month, by service, and what each other choice would change."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_type_hints

from bench.page import fill
from bench.scale_model import read_inputs
from cost.levers import LeverError, Levers
from cost.measured import read_amounts
from cost.prices import read_prices
from cost.report import Model, lever_names, levers_table, lines_table, prices_table, services_table, tables
from cost.services import NOT_IN_IT

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cost.md"
USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; returns 0, or 2 where the choices cannot be used."""
    options = _parser().parse_args(arguments)
    model = Model(read_inputs(), read_amounts(), read_prices())
    try:
        levers = chosen(options)
    except LeverError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    print("\n\n".join(_printed(model, levers, options)))
    if options.write:
        PAGE.write_text(fill(PAGE.read_text(), tables(model, Levers())))
    return 0


def _printed(model: Model, levers: Levers, options: argparse.Namespace) -> list[str]:
    if options.prices:
        return [prices_table(model.prices)]
    if options.lines:
        return [lines_table(model, levers)]
    left_out = "Not in it:\n" + "\n".join(f"- {each}" for each in NOT_IN_IT)
    by_memory = sum(price.known_by == "memory" for price in model.prices.by_name.values())
    told = f"{model.prices.region}, {model.prices.looked_up}; {by_memory} prices are by memory: --prices shows which."
    return [services_table(model, levers), levers_table(model, levers), left_out, f"List prices of {told}"]


def chosen(options: argparse.Namespace) -> Levers:
    """Return the choices of a command line.

    Raises:
        LeverError: a name is unknown, or a value makes no sense.
    """
    changes: dict[str, Any] = {"stores": options.stores, "cameras": options.cameras}
    for each in options.set:
        name, _, text = each.partition("=")
        changes[name] = _read(name, text)
    return replace(Levers(), **changes)


def _read(name: str, text: str) -> Any:
    hint = get_type_hints(Levers).get(name)
    if hint is None:
        near = difflib.get_close_matches(name, lever_names(), 1)
        cure = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(lever_names())}"
        raise LeverError(f"expected the name of a choice, came {name!r}; {cure}")
    if hint is bool:
        return text in ("true", "yes", "1")
    if hint is float or "int" in str(hint):
        return _number(name, text, whole=hint is not float)
    return _word(name, text, hint)


def _number(name: str, text: str, *, whole: bool) -> float:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        kind = "a whole number" if whole else "a number"
        raise LeverError(f"{name}: expected {kind}, came {text!r}; correct it") from None


def _word(name: str, text: str, hint: Any) -> str:
    if text not in hint.__args__:
        raise LeverError(f"{name}: expected one of {', '.join(hint.__args__)}, came {text!r}; correct it")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cost", description=__doc__)
    parser.add_argument(
        "--stores", type=int, default=Levers().stores, help="stores of the chain (default: %(default)s)"
    )
    parser.add_argument("--cameras", type=int, default=Levers().cameras, help="cameras a store (default: %(default)s)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another choice; names are in cost/levers.py"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--lines", action="store_true", help="every line of the bill, with its quantity and price")
    what.add_argument("--prices", action="store_true", help="every price, its page, and how it is known")
    what.add_argument("--write", action="store_true", help="put the tables of the default choices into docs/cost.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
