"""Set-up steps run when what they depend on has changed, and only then."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from steps import Log, SetupError, Step, run_steps

Workshop = tuple[Path, Path, Callable[[], int]]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A step that copies its input to its output, and a way to run it."""
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_text("one")

    def copy(_: Log) -> None:
        made.write_text(source.read_text())

    def run() -> int:
        step = Step(title="Copy", inputs=[source], outputs=[made], run=copy)
        return run_steps([step], stamps=tmp_path / "stamps", logs=tmp_path / "logs")

    return source, made, run


def test_a_step_runs_once(workshop: Workshop) -> None:
    """The second run has nothing to do."""
    _, made, run = workshop
    assert (run(), run()) == (1, 0)
    assert made.read_text() == "one"


def test_a_changed_input_makes_it_run_again(workshop: Workshop) -> None:
    """Contents count, not times."""
    source, made, run = workshop
    run()
    source.write_text("two")
    assert run() == 1
    assert made.read_text() == "two"


def test_a_removed_output_makes_it_run_again(workshop: Workshop) -> None:
    """A stamp alone proves nothing."""
    _, made, run = workshop
    run()
    made.unlink()
    assert run() == 1
    assert made.exists()


def test_a_failed_step_is_tried_again(tmp_path: Path) -> None:
    """A failure leaves no stamp."""
    step = Step(
        title="Fail",
        inputs=[],
        outputs=[],
        run=lambda log: log.run([sys.executable, "-c", "raise SystemExit(7)"]),
    )
    for _ in range(2):
        with pytest.raises(SetupError, match="status 7"):
            run_steps([step], stamps=tmp_path / "stamps", logs=tmp_path / "logs")


def test_a_step_must_make_what_it_promises(tmp_path: Path) -> None:
    """A step without its output has failed, whatever it says."""
    step = Step(title="Lie", inputs=[], outputs=[tmp_path / "nothing"], run=lambda _: None)
    with pytest.raises(SetupError, match=r"did not make .*nothing"):
        run_steps([step], stamps=tmp_path / "stamps", logs=tmp_path / "logs")


def test_a_failing_command_shows_the_end_of_its_output(tmp_path: Path) -> None:
    """The message is enough to act on; the whole output is in the log."""
    log = Log(tmp_path / "command.log")
    with pytest.raises(SetupError, match="no space left"):
        log.run([sys.executable, "-c", "print('no space left'); raise SystemExit(1)"])
    assert "no space left" in log.path.read_text()
