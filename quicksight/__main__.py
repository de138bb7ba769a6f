"""`python -m quicksight`: checks the dashboards, and shows them without a cloud."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from glue.progress import working
from glue.views import load_views
from quicksight.api.account import Account
from quicksight.api.errors import DefinitionError
from quicksight.checking import Asked, ask_all
from quicksight.dashboards import DASHBOARDS
from quicksight.preview.assets import AssetsError
from quicksight.preview.history import history_lake, make_history
from quicksight.preview.lake import Lake, opened
from quicksight.preview.made_up import made_up_chain
from quicksight.preview.site import write_site
from quicksight.rendering import render_all
from quicksight.resolve import problems_of
from storeq.engines.folder import Folder
from storeq.questions import Library

OUT = Path("build/dashboards")
DEMO = Path("build/demo/lake")
CITY = Path("build/seasons/lake")
STORES = 200
USAGE_ERROR = 2
_EXPLAINED = """\
The dashboards of quicksight/dashboards, without a cloud.

  python -m quicksight check                          does every view, column and measure resolve?
  python -m quicksight check --folder build/demo/lake    and ask every visual over that lake
  python -m quicksight preview                        pages over the demo's lake and a made-up chain of 200 stores
  python -m quicksight preview --stores 20            the same with a smaller chain
  python -m quicksight preview --folder my/lake       pages over a folder of Parquet files only
  python -m quicksight render --out build/quicksight  what is sent to Amazon Quick Sight, as JSON

Ends with 0, with 1 when a definition does not resolve (the message names the file and the field; all other pages are
written), and with 2 when it cannot run.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb; returns 0, 1 when a definition does not hold, 2 with one message when it cannot run."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (AssetsError, DefinitionError, FileNotFoundError) as lacking:
        print(lacking, file=sys.stderr)
        return USAGE_ERROR


def check(options: argparse.Namespace) -> int:
    """Tell what does not resolve and, over a lake, what each visual shows."""
    views = load_views()
    problems = problems_of(DASHBOARDS, Library(views))
    for problem in problems:
        print(problem)
    print(f"{len(DASHBOARDS)} dashboards, {sum(1 for each in DASHBOARDS for _ in each.visuals())} visuals: ", end="")
    print(f"{len(problems)} problems" if problems else "every view, column and measure is there")
    if options.folder is None:
        return 1 if problems else 0
    with opened(_folder(options.folder), views) as lake, working() as say:
        asked = []
        for each in ask_all(lake.connection, DASHBOARDS):
            say(f"{each.dashboard}: {each.visual}")
            asked.append(each)
    _print_asked(asked)
    return 1 if problems or any(each.is_broken for each in asked) else 0


def preview(options: argparse.Namespace) -> int:
    """Write the local pages, and print the one to open."""
    with working() as say:
        if options.folder is None and options.stores:
            make_history(options.out / "lake", chain=made_up_chain(options.stores), say=say)
        lakes = [*_lakes(options)]
        if not lakes:
            raise FileNotFoundError("expected a lake to show, came none: run `make demo`, or leave out --stores 0")
        site = write_site(lakes, DASHBOARDS, load_views(), options.out, say)
    for line in (*site.problems, *site.lacking):
        print(line, file=sys.stderr)
    print(f"Next: open {site.index} in a browser.")
    return 1 if site.problems else 0


def render(options: argparse.Namespace) -> int:
    """Write what is sent to Amazon Quick Sight."""
    account = Account(
        account_id=options.account,
        region=options.region,
        workgroup=options.workgroup,
        database=options.database,
        owners=tuple(options.owner),
    )
    files = render_all(DASHBOARDS, Library(load_views()), account, options.out)
    print(f"{len(files)} requests in {options.out}, in the order in which they are sent.")
    return 0


def _lakes(options: argparse.Namespace) -> Iterator[Lake]:
    if options.folder is not None:
        yield Lake("lake", str(options.folder), "", _folder(options.folder))
        return
    if options.stores:
        yield history_lake(options.out / "lake", options.stores)
    if DEMO.is_dir():
        note = "The last run of make demo: one simulated store, and the hours that it ran for."
        yield Lake("demo", "The demo's store", note, Folder(DEMO))
    else:
        print("Without the demo's store: `make demo` gives it.", file=sys.stderr)
    if CITY.is_dir():
        note = "Real counts of a city's streets, as make seasons imported them: doors only, no aisles and no lanes."
        yield Lake("city", "Leeds, real footfall", note, Folder(CITY))


def _folder(path: Path) -> Folder:
    if not path.is_dir():
        raise FileNotFoundError(f"There is no folder {path}: `make demo` makes build/demo/lake.")
    return Folder(path)


def _print_asked(asked: Sequence[Asked]) -> None:
    for each in asked:
        place = f"{each.dashboard:18} {each.visual:24} {', '.join(each.dimensions):32}"
        print(f"{place} {each.rows:9,}  {each.why_none}".rstrip())
    shown = sum(1 for each in asked if each.rows)
    print(f"{shown} of {len(asked)} show something; {sum(each.is_broken for each in asked)} cannot be asked.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m quicksight", description=_EXPLAINED, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="check | preview | render")
    checked = verbs.add_parser("check", help="tell what does not resolve; over a lake, what each visual shows")
    checked.add_argument("--folder", type=Path, help="a folder of Parquet files, such as build/demo/lake")
    checked.set_defaults(run=check)
    previewed = verbs.add_parser("preview", help="write the pages that need no cloud")
    previewed.add_argument("--out", type=Path, default=OUT, help=f"where to [{OUT}]")
    previewed.add_argument("--stores", type=_count, default=STORES, help="of the made-up chain; 0 for none [200]")
    previewed.add_argument("--folder", type=Path, help="only this lake: a folder of Parquet files")
    previewed.set_defaults(run=preview)
    rendered = verbs.add_parser("render", help="write what is sent to Amazon Quick Sight, as JSON")
    rendered.add_argument("--out", type=Path, default=Path("build/quicksight"), help="where to [build/quicksight]")
    rendered.add_argument("--account", default="123456789012", metavar="ID", help="of AWS [123456789012, an example]")
    rendered.add_argument("--region", default="eu-central-1", help="[eu-central-1]")
    rendered.add_argument("--workgroup", default="store-traffic", help="of Athena [store-traffic]")
    rendered.add_argument("--database", default="store_traffic", help="of Glue [store_traffic]")
    rendered.add_argument("--owner", action="append", default=[], metavar="ARN", help="who may change what is made")
    rendered.set_defaults(run=render)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a number of stores, 0 or more, came {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
