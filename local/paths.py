"""Where `make setup` put what the stack runs."""

from pathlib import Path

from local.errors import StackError

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
RUNS = BUILD / "run"
JDK = BUILD / "tools" / "jdk"
DYNAMODB_LOCAL = BUILD / "dynamodb-local"
KINESIS_MOCK = ROOT / "node_modules" / "kinesis-local"
PROJECT_BINARIES = ROOT / ".venv" / "bin"
FLINK_PYTHON = ROOT / ".venv-flink" / "bin" / "python"
FLINK_HOME = ROOT / ".venv-flink" / "lib" / "python3.11" / "site-packages" / "pyflink"


def require_set_up() -> None:
    """Check that everything the stack runs is there.

    Raises:
        StackError: something is missing.
    """
    needed = (JDK, DYNAMODB_LOCAL, KINESIS_MOCK, PROJECT_BINARIES, FLINK_PYTHON, FLINK_HOME)
    missing = [str(path.relative_to(ROOT)) for path in needed if not path.exists()]
    if missing:
        raise StackError(
            expected="everything that `make setup` makes",
            came=f"{', '.join(missing)} is missing",
            cure="Run `make setup`.",
        )
