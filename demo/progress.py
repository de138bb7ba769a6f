"""What is under way, on one line that moves; plain lines where nobody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text


class Steps:
    """The steps of a run, each told when it begins and how long it took."""

    def __init__(self, console: Console) -> None:
        """Tell steps on a console."""
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a spinner while the block runs, then a line with its seconds."""
        start = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(title):
                yield
        else:
            yield
        self._done(title, start)

    @contextmanager
    def replaying(self, title: str, *, figures: Callable[[], str]) -> Iterator[Callable[[float], None]]:
        """Show a bar with figures, asked for at each refresh, while the block runs; it gets what tells the share."""
        start = time.monotonic()
        with self._bar(_Figures(figures)) as progress:
            task = progress.add_task("Replaying", total=1.0)
            yield lambda share: progress.update(task, completed=share)
        self._done(title, start)

    @contextmanager
    def counting(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Show a bar while the block runs; it is given a function of (done, of how many)."""
        start = time.monotonic()
        with self._bar(MofNCompleteColumn()) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
        self._done(title, start)

    def _bar(self, figures: ProgressColumn) -> Progress:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(16), figures, TimeElapsedColumn())
        return Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal)

    def _done(self, title: str, start: float) -> None:
        self.seconds[title] = time.monotonic() - start
        self.console.print(f"  {title:<52} [dim]{self.seconds[title]:6.1f} s[/dim]", highlight=False)


class _Figures(ProgressColumn):
    """Words that are asked for at each refresh."""

    def __init__(self, tell: Callable[[], str]) -> None:
        super().__init__()
        self._tell = tell

    def render(self, task: Task) -> Text:  # noqa: ARG002 - rich hands it over
        """Return the words of now."""
        return Text(self._tell())
