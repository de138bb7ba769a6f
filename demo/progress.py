"""What is under way, on one line that moves; plain lines where nobody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


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
    def replaying(self, title: str, *, time_zone: str, share_of: Callable[[int], float]) -> Iterator[Replaying]:
        """Show the replay while the block runs, then a line with its seconds."""
        start = time.monotonic()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            yield Replaying(progress, title, ZoneInfo(time_zone), share_of)
        self._done(title, start)

    @contextmanager
    def counting(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Show a bar while the block runs; it is given a function of (done, of how many)."""
        start = time.monotonic()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
        self._done(title, start)

    def _done(self, title: str, start: float) -> None:
        self.seconds[title] = time.monotonic() - start
        self.console.print(f"  {title:<52} [dim]{self.seconds[title]:6.1f} s[/dim]", highlight=False)


class Replaying:
    """The display of a replay: simulated time, records sent and read, and how many a second."""

    def __init__(self, progress: Progress, title: str, time_zone: ZoneInfo, share_of: Callable[[int], float]) -> None:
        """Show on a rich progress; `share_of` turns event time in milliseconds into the share done."""
        self._progress = progress
        self._time_zone = time_zone
        self._share_of = share_of
        self._start = time.monotonic()
        self._task = progress.add_task(title, total=1.0, figures="")

    def update(self, *, event_time_ms: int, sent: int, read: int) -> None:
        """Tell how far it is."""
        clock = datetime.fromtimestamp(event_time_ms / 1000, self._time_zone)
        per_second = read / max(0.1, time.monotonic() - self._start)
        figures = f"{clock:%H:%M} in the store · {sent:,} sent · {read:,} read · {per_second:,.0f} a second"
        self._progress.update(self._task, completed=self._share_of(event_time_ms), figures=figures)
