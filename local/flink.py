"""The client of the Flink cluster: submits jobs by the CLI, watches and stops them by REST."""

import json
import math
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import StackError
from local.paths import FLINK_HOME, FLINK_PYTHON
from local.waiting import wait_until

SUBMIT_SECONDS = 180
STOP_SECONDS = 180
RUNNING_SECONDS = 120
REQUEST_SECONDS = 30
METRICS_PER_REQUEST = 50
OUTPUT_TAIL_LINES = 30
TIMED_OUT_STATUS = 124
ENDED_STATES = frozenset({"FINISHED", "FAILED", "CANCELED", "SUSPENDED"})


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """What became of a job's checkpoints so far; restored counts restarts from one."""

    completed: int
    failed: int
    in_progress: int
    restored: int
    latest_duration_ms: int | None


@dataclass(frozen=True, slots=True)
class JobMetrics:
    """How far a job has come since its last (re)start.

    Attributes:
        source_records_out: rows that left the source operators, over all their subtasks.
        busy_ms_per_second_max: business of the busiest vertex, 0 to 1000.
    """

    source_records_out: int
    busy_ms_per_second_max: float


@dataclass(frozen=True, slots=True)
class Flink:
    """A running Flink cluster.

    Attributes:
        url: its REST address, which serves the web page too.
        environment: the variables for its command line: where its configuration is, AWS endpoints.
    """

    url: str
    environment: Mapping[str, str]

    def submit(
        self,
        python_entry: Path,
        arguments: Sequence[str] = (),
        *,
        python_files: Sequence[Path] = (),
        jar: Path | None = None,
        parallelism: int | None = None,
        savepoint: str | None = None,
    ) -> str:
        """Submit a PyFlink program and return the id of its job once the cluster has accepted it.

        Args:
            python_entry: the program.
            arguments: its arguments.
            python_files: files and packages that it imports.
            jar: connectors and functions; every process reads the file itself, which spares shipping 230 MB thrice.
            parallelism: of the job; None takes the cluster's.
            savepoint: address of the state to go on from; None starts anew.

        Raises:
            StackError: the program failed; the message carries the end of its output.
        """
        command: list[str | Path] = [FLINK_HOME / "bin" / "flink", "run", "--detached"]
        command += ["--pyExecutable", FLINK_PYTHON, "--pyClientExecutable", FLINK_PYTHON]
        if jar is not None:
            command += ["--classpath", jar.resolve().as_uri()]
        if parallelism is not None:
            command += ["--parallelism", str(parallelism)]
        if savepoint is not None:
            command += ["--fromSavepoint", savepoint]
        if python_files:
            command += ["--pyFiles", ",".join(str(path.resolve()) for path in python_files)]
        command += ["--python", python_entry.resolve(), *arguments]
        return self._submitted(command, python_entry)

    def submit_package(
        self,
        folder: Path,
        run_options: Mapping[str, str],
        arguments: Sequence[str] = (),
        *,
        wrapper: Sequence[str] = (),
        parallelism: int | None = None,
    ) -> str:
        """Submit an unpacked package as the managed service does, from its folder, and return the id of its job.

        Args:
            folder: the unpacked package.
            run_options: its `python`, `jarfile` and `pyFiles`, all within the folder.
            arguments: of the program; the managed service gives none.
            wrapper: a command that runs the one that follows it, where the program needs surroundings of its own.
            parallelism: of the job; None takes the cluster's.

        Raises:
            StackError: the program failed; the message carries the end of its output.
        """
        command: list[str | Path] = [*wrapper, FLINK_HOME / "bin" / "flink", "run", "--detached"]
        command += ["--pyExecutable", FLINK_PYTHON, "--pyClientExecutable", FLINK_PYTHON]
        if parallelism is not None:
            command += ["--parallelism", str(parallelism)]
        for option, value in run_options.items():
            command += [f"--{option}", value]
        return self._submitted([*command, *arguments], Path(run_options["python"]), directory=folder)

    def _submitted(self, command: Sequence[str | Path], program: Path, *, directory: Path | None = None) -> str:
        status, output = self._run_command_line(command, directory)
        job = re.search(r"JobID ([0-9a-f]{32})", output)
        if status != 0 or job is None:
            came = f"it ended with status {status}" if status else "it submitted none"
            tail = "\n".join(output.splitlines()[-OUTPUT_TAIL_LINES:])
            raise StackError(expected=f"{program.name} to submit a job", came=came, cure=f"Its output:\n{tail}")
        return job.group(1)

    def state(self, job_id: str) -> str:
        """Return the job's state as Flink names it, such as RUNNING, RESTARTING, FAILED or FINISHED."""
        return str(self.get(f"/jobs/{job_id}")["state"])

    def exceptions(self, job_id: str) -> tuple[str, ...]:
        """Return the stack trace of every failure of the job so far, the latest first."""
        history = self.get(f"/jobs/{job_id}/exceptions")["exceptionHistory"]["entries"]
        return tuple(entry["stacktrace"] for entry in history)

    def restarts(self, job_id: str) -> int:
        """Return how often the job was restarted, 0 for one that never failed."""
        metrics = self.get(f"/jobs/{job_id}/metrics?get=numRestarts")
        return sum(int(metric["value"]) for metric in metrics)

    def checkpoints(self, job_id: str) -> Checkpoints:
        """Return the counts of the job's checkpoints."""
        statistics = self.get(f"/jobs/{job_id}/checkpoints")
        counts = statistics["counts"]
        latest = statistics["latest"]["completed"]
        return Checkpoints(
            completed=counts["completed"],
            failed=counts["failed"],
            in_progress=counts["in_progress"],
            restored=counts["restored"],
            latest_duration_ms=latest["end_to_end_duration"] if latest else None,
        )

    def metrics(self, job_id: str) -> JobMetrics:
        """Return how far the job has come; figures lag by about a second."""
        vertices = self.get(f"/jobs/{job_id}")["vertices"]
        return JobMetrics(
            source_records_out=self.operator_metric(job_id, "numRecordsOut", operator="Source__"),
            busy_ms_per_second_max=max(
                (_number(vertex["metrics"].get("accumulated-busy-time")) for vertex in vertices), default=0.0
            ),
        )

    def operator_metric(self, job_id: str, metric: str, *, operator: str = "") -> int:
        """Return the sum of a counter, such as ``numLateRecordsDropped``, over all subtasks.

        Args:
            job_id: the job.
            metric: the counter's name.
            operator: counts only operators whose name, with Flink's underscores, starts so.
        """
        wanted = re.compile(rf"\d+\.{re.escape(operator)}[^.]*\.{re.escape(metric)}")
        return sum(self._vertex_metric(path, wanted) for path in self._vertex_metric_paths(job_id))

    def wait_until_running(self, job_id: str, *, seconds: float = RUNNING_SECONDS) -> None:
        """Return once every task of the job runs.

        Raises:
            StackError: the job ended instead, or it took longer than ``seconds``.
        """
        wait_until(
            lambda: self._is_running(job_id),
            seconds=seconds,
            expected=f"every task of job {job_id} to run",
            cure=f"See {self.url}/#/job/running/{job_id}/overview.",
        )

    def stop_with_savepoint(self, job_id: str, directory: Path, *, drain: bool = True) -> str:
        """Stop the job with a savepoint below ``directory`` and return the savepoint's address.

        With ``drain`` every open window is emitted first. Returns once the job is FINISHED, which means
        that its sinks have made their last commits.

        Raises:
            StackError: the savepoint failed, or the job did not end.
        """
        # A source may have read everything while a sink still opens, and no savepoint is taken without that one.
        self.wait_until_running(job_id)
        directory.mkdir(parents=True, exist_ok=True)
        request = {"targetDirectory": directory.resolve().as_uri(), "drain": drain}
        trigger = self._post(f"/jobs/{job_id}/stop", request)["request-id"]
        savepoint = f"/jobs/{job_id}/savepoints/{trigger}"
        wait_until(
            lambda: self.get(savepoint)["status"]["id"] == "COMPLETED",
            seconds=STOP_SECONDS,
            expected=f"the savepoint of job {job_id} to be complete",
            cure=f"See {self.url}/#/job/running/{job_id}/checkpoints.",
        )
        operation = self.get(savepoint)["operation"]
        if "location" not in operation:
            raise StackError(
                expected=f"a savepoint of job {job_id}",
                came="it failed",
                cure=f"Its cause:\n{operation['failure-cause']['stack-trace']}",
            )
        self._wait_until_finished(job_id)
        return str(operation["location"])

    def cancel(self, job_id: str) -> None:
        """Cancel the job, without a savepoint, and return once it has ended."""
        self._request(f"/jobs/{job_id}", method="PATCH")
        wait_until(
            lambda: self.state(job_id) in ENDED_STATES,
            seconds=STOP_SECONDS,
            expected=f"job {job_id} to end when cancelled",
            cure=f"See {self.url}.",
        )

    def get(self, path: str) -> Any:
        """Return what the REST address answers at ``path``, as JSON."""
        return self._request(path, method="GET")

    def _post(self, path: str, body: Mapping[str, object]) -> Any:
        return self._request(path, method="POST", body=json.dumps(body).encode())

    def _request(self, path: str, *, method: str, body: bytes | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            raise _refused(method, path, came=f"{error.code}: {error.read().decode()}") from error
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            raise _refused(method, path, came=str(error)) from error

    def _run_command_line(self, command: Sequence[str | Path], directory: Path | None) -> tuple[int, str]:
        """Return the exit status, that of `timeout` when it took too long, and the output."""
        environment = {name: value for name, value in self.environment.items() if name != "PYTHONPATH"}
        try:
            ended = subprocess.run(
                [str(part) for part in command],
                env=environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=SUBMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            return (
                TIMED_OUT_STATUS,
                f"{(error.stdout or b'').decode()}\nIt had not ended after {SUBMIT_SECONDS} s.",
            )
        return ended.returncode, ended.stdout.decode(errors="replace")

    def _vertex_metric_paths(self, job_id: str) -> Iterator[str]:
        for vertex in self.get(f"/jobs/{job_id}")["vertices"]:
            yield f"/jobs/{job_id}/vertices/{vertex['id']}/metrics"

    def _vertex_metric(self, path: str, wanted: re.Pattern[str]) -> int:
        ids = [metric["id"] for metric in self.get(path) if wanted.fullmatch(metric["id"])]
        batches = [ids[i : i + METRICS_PER_REQUEST] for i in range(0, len(ids), METRICS_PER_REQUEST)]
        return sum(
            int(float(metric["value"])) for batch in batches for metric in self.get(f"{path}?get={','.join(batch)}")
        )

    def _is_running(self, job_id: str) -> bool:
        job = self.get(f"/jobs/{job_id}")
        if job["state"] in ENDED_STATES:
            raise self._ended(job_id, job["state"], expected="to run")
        return all(vertex["status"] == "RUNNING" for vertex in job["vertices"])

    def _wait_until_finished(self, job_id: str) -> None:
        wait_until(
            lambda: self.state(job_id) in ENDED_STATES,
            seconds=STOP_SECONDS,
            expected=f"job {job_id} to end after its savepoint",
            cure=f"See {self.url}.",
        )
        state = self.state(job_id)
        if state != "FINISHED":
            raise self._ended(job_id, state, expected="to finish after its savepoint")

    def _ended(self, job_id: str, state: str, *, expected: str) -> StackError:
        cause = next(iter(self.exceptions(job_id)), "none was recorded")
        return StackError(expected=f"job {job_id} {expected}", came=f"it is {state}", cure=f"Its cause:\n{cause}")


def _number(value: object) -> float:
    """Read a figure of Flink's REST address, where one that is not known yet is missing or "NaN"."""
    number = float(str(value)) if value is not None else 0.0
    return 0.0 if math.isnan(number) else number


def _refused(method: str, path: str, *, came: str) -> StackError:
    return StackError(
        expected=f"Flink to answer {method} {path}",
        came=f"this came instead: {came}",
        cure="See flink-jobmanager.log and flink-taskmanager.log in the logs of the run.",
    )
