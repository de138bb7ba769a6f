"""Sets up everything that `make demo` and `make test` need; the second run does nothing, quickly.

Run from the root of the repository: ``python3 scripts/setup.py``. Standard library only, and Python 3.9:
this runs before any environment exists.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from steps import Log, SetupError, Step, fingerprint, run_steps
from toolchain import JAVA_RELEASE, provide_system_tools

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PYTHON_VERSION = "3.11"
BUILD = Path("build")
TOOLS = BUILD / "tools"
JDK = TOOLS / "jdk"
MAVEN = TOOLS / "mvn"
CHROMIUM = TOOLS / "chromium"
UV = TOOLS / "uv" / "bin" / "uv"
FLINK_ENVIRONMENT = Path(".venv-flink")
PROJECT_ENVIRONMENT = Path(".venv")
DYNAMODB_LOCAL = BUILD / "dynamodb-local"
JAVA_MODULE = Path("flink_jobs/java")
JAR_FOLDER = BUILD / "jar"
JAR = JAR_FOLDER / "store-traffic.jar"
JARS_KEPT = 3
REQUIREMENTS = Path("requirements")
NODE_MODULES = Path("node_modules")


def main() -> int:
    """Run all steps; the status is that of `carry_out`."""
    return carry_out(_steps())


def carry_out(steps: Iterable[Step]) -> int:
    """Run steps; return 0, 130 after Ctrl-C, or 2 after a message with what is wrong and the cure."""
    start = time.monotonic()
    BUILD.mkdir(exist_ok=True)
    try:
        with _only_one_at_a_time():
            count = run_steps(steps, stamps=BUILD / "stamps", logs=BUILD / "logs")
    except SetupError as error:
        print(f"Set-up stopped: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nSet-up was interrupted; the same command goes on where it stopped.", file=sys.stderr)
        return 130
    seconds = time.monotonic() - start
    done = f"steps done: {count}" if count else "nothing to do"
    print(f"Set-up is complete ({done}, {seconds:.1f} s).")
    return 0


@contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    with (BUILD / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up of this checkout to end.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _steps() -> Iterator[Step]:
    yield Step(
        title=f"JDK {JAVA_RELEASE}, Maven, Chromium",
        inputs=[],
        outputs=[JDK / "bin" / "javac", MAVEN, CHROMIUM],
        run=lambda log: provide_system_tools(log, jdk_link=JDK, maven_link=MAVEN, chromium_link=CHROMIUM),
    )
    yield Step(title="uv", inputs=[REQUIREMENTS / "uv.txt"], outputs=[UV], run=_install_uv)
    yield Step(
        title="Python for Flink",
        inputs=[REQUIREMENTS / "flink.txt"],
        outputs=[FLINK_ENVIRONMENT / f"lib/python{PYTHON_VERSION}/site-packages/pyflink/bin/flink"],
        run=lambda log: _sync(FLINK_ENVIRONMENT, REQUIREMENTS / "flink.txt", log),
    )
    yield Step(
        title="Python for the rest",
        inputs=[REQUIREMENTS / "project.txt", Path("pyproject.toml")],
        outputs=[PROJECT_ENVIRONMENT / "bin" / name for name in ("edge", "sim", "storeq", "moto_server", "node")],
        run=_install_project,
    )
    yield Step(
        title="Node packages",
        inputs=[Path("package.json"), Path("package-lock.json")],
        outputs=[
            NODE_MODULES / "kinesis-local" / "main.js",
            NODE_MODULES / ".bin" / "esbuild",
            NODE_MODULES / "echarts",
        ],
        run=_install_node_packages,
    )
    yield Step(
        title="DynamoDB Local",
        inputs=[Path("local/dynamodb/pom.xml")],
        outputs=[DYNAMODB_LOCAL],
        run=_fetch_dynamodb_local,
    )
    if (JAVA_MODULE / "pom.xml").exists():
        yield Step(title="store-traffic.jar", inputs=_jar_inputs(), outputs=[JAR], run=_build_jar)
    else:
        print(f"  - no {JAVA_MODULE}/pom.xml yet: the jar is not built")


def _install_uv(log: Log) -> None:
    environment = TOOLS / "uv"
    log.run([sys.executable, "-m", "venv", "--clear", environment])
    log.run([environment / "bin" / "pip", "install", "--require-hashes", "-r", REQUIREMENTS / "uv.txt"])


def _sync(environment: Path, requirements: Path, log: Log) -> None:
    log.run([UV, "venv", "--allow-existing", "--python", PYTHON_VERSION, environment])
    log.run([UV, "pip", "sync", "--compile-bytecode", "--require-hashes", "-p", environment, requirements])


def _install_project(log: Log) -> None:
    """Install the pinned packages and, editable, the project: "compat" also finds packages added later."""
    _sync(PROJECT_ENVIRONMENT, REQUIREMENTS / "project.txt", log)
    editable = ["--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat", "-e", "."]
    log.run([UV, "pip", "install", "-p", PROJECT_ENVIRONMENT, *editable])
    for leftover in Path().glob("*.egg-info"):
        shutil.rmtree(leftover)


def _install_node_packages(log: Log) -> None:
    binaries = (PROJECT_ENVIRONMENT / "bin").resolve()
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    log.run([binaries / "npm", "ci", "--no-audit", "--no-fund"], environment={**os.environ, "PATH": path})


def _fetch_dynamodb_local(log: Log) -> None:
    shutil.rmtree(DYNAMODB_LOCAL, ignore_errors=True)
    partial = DYNAMODB_LOCAL.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    maven(
        Path("local/dynamodb/pom.xml"),
        log,
        "dependency:copy-dependencies",
        f"-DoutputDirectory={partial.resolve()}",
    )
    partial.rename(DYNAMODB_LOCAL)


def _jar_inputs() -> list[Path]:
    return [JAVA_MODULE / "pom.xml", JAVA_MODULE / "src", Path("contracts/rendered")]


def _build_jar(log: Log) -> None:
    """Build the jar unless the one for these inputs is kept from before, and point its stable name to it."""
    kept = JAR_FOLDER / f"store-traffic-{fingerprint(_jar_inputs())[:12]}.jar"
    if not kept.exists():
        JAR_FOLDER.mkdir(parents=True, exist_ok=True)
        maven(JAVA_MODULE / "pom.xml", log, "package", "-DskipTests")
        shutil.copyfile(JAVA_MODULE / "target" / JAR.name, kept.with_suffix(".partial"))
        kept.with_suffix(".partial").rename(kept)
    kept.touch()
    JAR.unlink(missing_ok=True)
    JAR.symlink_to(kept.name)
    _remove_old_jars()


def _remove_old_jars() -> None:
    newest_first = sorted(JAR_FOLDER.glob("store-traffic-*.jar"), key=lambda jar: -jar.stat().st_mtime)
    for jar in newest_first[JARS_KEPT:]:
        jar.unlink()


def maven(pom: Path, log: Log, *arguments: str) -> None:
    """Run Maven on a project, with the JDK that set-up found; raises `SetupError` when it fails."""
    quiet = ["--quiet", "--batch-mode", "-Dstyle.color=never"]
    environment = {**os.environ, "JAVA_HOME": str(JDK.resolve())}
    log.run([MAVEN.resolve(), *quiet, "--file", pom, *arguments], environment=environment)


if __name__ == "__main__":
    sys.exit(main())
