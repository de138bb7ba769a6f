"""The command line of the local stack: ``python -m local up | down | status | environment``."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields

from local.background import BackgroundStack, State
from local.errors import StackError
from local.stack import Ports

TITLES = {
    "flink_rest": "Flink (web page and REST)",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "moto": "S3, Glue, SNS and the rest",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 if there is no stack to speak of, 2 after an error."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except StackError as error:
        print(error, file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start the stack and keep it running")
    up.set_defaults(command=_up)
    up.add_argument("--foreground", action="store_true", help="stay in this terminal until Ctrl-C")
    for port in fields(Ports):
        up.add_argument(Ports.flag(port.name), dest=port.name, type=int, metavar="PORT")
    commands.add_parser("down", help="end it").set_defaults(command=_down)
    commands.add_parser("status", help="tell whether it runs, and where").set_defaults(command=_status)
    environment = commands.add_parser("environment", help="print it as shell exports, for AWS clients")
    environment.set_defaults(command=_environment)
    return parser


def _up(options: argparse.Namespace) -> int:
    stack = BackgroundStack()
    ports = Ports(**{port.name: getattr(options, port.name) for port in fields(Ports)})
    if options.foreground:
        stack.run(ports)
        return 0
    _print_state(stack.state() or stack.start(ports))
    print("\nNext: `make down` ends it; its logs are in build/run/up/logs.")
    return 0


def _down(_: argparse.Namespace) -> int:
    print("The stack has ended." if BackgroundStack().stop() else "No stack was running.")
    return 0


def _status(_: argparse.Namespace) -> int:
    state = BackgroundStack().state()
    if state is None:
        print("No stack is running. `make up` starts one.")
        return 1
    _print_state(state)
    return 0


def _environment(_: argparse.Namespace) -> int:
    state = BackgroundStack().state()
    if state is None:
        print("No stack is running. `make up` starts one.", file=sys.stderr)
        return 1
    for name, value in state.environment.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _print_state(state: State) -> None:
    urls = asdict(state.endpoints)
    width = max(map(len, TITLES.values()))
    print("The stack is up:")
    for name, title in TITLES.items():
        print(f"  {title:<{width}}  {urls[name]}")


if __name__ == "__main__":
    sys.exit(main())
