"""`python -m demo.seasons FOOTFALL`: years of real footfall into a lake, and the questions of seasons asked of them.

FOOTFALL is the hourly counts of Leeds city centre, 2009 to 2016, as Leeds City Council published them. Everything runs
by the commands that a chain would use, each of which is shown; the lake stays as Parquet files for more questions.
"""

from __future__ import annotations

import argparse
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from moto.server import ThreadedMotoServer
from pyarrow import parquet
from rich.console import Console

from contracts.tables import LAKE_TABLES
from demo.lake import read_lake
from demo.terminal import make_console
from glue.catalog import glue_catalog
from local.ports import HOST
from local.services import CREDENTIALS, REGION, aws_client

BUCKET = "seasons"
WAREHOUSE = f"s3://{BUCKET}/lake"
DATABASE = "store_traffic"
CHAIN = Path(__file__).with_name("leeds-chain.toml")
MAPPING = Path("glue/importing/leeds.toml")
YEARS = ("2008", "2017")
USAGE_ERROR = 2
YEAR_2013 = ("--from", "2013-01-01", "--to", "2013-12-31")
FALL_2015 = ("--from", "2015-08-02", "--to", "2016-01-30")
BRIGGATE = ("--store", "leeds-briggate")
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("seasonal_index", *BRIGGATE),
    ("level_shift",),
    ("period_comparison", *YEAR_2013),
    ("season_comparison", *FALL_2015),
)


def main(arguments: list[str] | None = None) -> int:
    """Import and ask; returns 0, the status of the first command that failed, or 2 when there is no such file."""
    options = _parser().parse_args(arguments)
    if not options.footfall.is_file():
        print(f"Expected the hourly counts at {options.footfall}, but there is no such file.", file=sys.stderr)
        return USAGE_ERROR
    console = make_console()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with _cloud() as environment:
            for command in _imports(options.footfall, options.out):
                _run(console, command, environment)
            _keep(environment, options.out / "lake")
        for command in _asked(options.out):
            _run(console, command, os.environ)
    except subprocess.CalledProcessError as failed:
        return int(failed.returncode)
    console.print(f"\nNext: `storeq list`, or `storeq run outlier_day --folder {options.out / 'lake'}`.")
    return 0


def _imports(footfall: Path, out: Path) -> Iterator[Sequence[str]]:
    lake = ("--warehouse", WAREHOUSE)
    yield ("python", "-m", "glue", "apply", *lake)
    years = ("--from-year", YEARS[0], "--to-year", YEARS[1])
    yield ("python", "-m", "glue", "dimensions", "--chain", str(CHAIN.relative_to(Path.cwd())), *years, *lake)
    report = ("--report", str(out / "findings.csv"))
    yield ("python", "-m", "glue", "import", str(footfall), "--mapping", str(MAPPING), *report, *lake)


def _asked(out: Path) -> Iterator[Sequence[str]]:
    lake = ("--folder", str(out / "lake"))
    for question, *scope in QUESTIONS:
        yield ("python", "-m", "storeq", "run", question, *scope, *lake)
        chart = ("--format", "chart", "--out", str(out / f"{question}.html"))
        yield ("python", "-m", "storeq", "run", question, *scope, *lake, *chart)


def _run(console: Console, command: Sequence[str], environment: Mapping[str, str]) -> None:
    console.print(f"\n$ {shlex.join(command)}", style="bold", markup=False, highlight=False, soft_wrap=True)
    subprocess.run([sys.executable, *command[1:]], env=dict(environment), check=True)


@contextmanager
def _cloud() -> Iterator[Mapping[str, str]]:
    """Give the variables that point the commands to a double of S3 and Glue, which ends with the block."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        aws_client("s3", url=url).create_bucket(Bucket=BUCKET)
        yield (
            os.environ
            | dict(CREDENTIALS)
            | {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": url}
        )
    finally:
        server.stop()


def _keep(environment: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    catalog = glue_catalog(warehouse=WAREHOUSE, environment=environment)
    tables = read_lake(catalog, DATABASE)
    for table in LAKE_TABLES:
        parquet.write_table(tables[table.name], folder / f"{table.name}.parquet")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo.seasons", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("footfall", type=Path, metavar="FOOTFALL", help="the published CSV, gzipped or not")
    parser.add_argument("--out", type=Path, default=Path("build/seasons"), help="where lake and charts go")
    return parser


if __name__ == "__main__":
    sys.exit(main())
