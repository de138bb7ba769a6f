"""What was measured, as plain values: written to `report.json`, drawn and compared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """One contender on one load.

    Attributes:
        name: What the tables call it.
        group: Which comparison it belongs to.
        records: How many records it read.
        run_seconds: Time of the work itself; for Flink the job's own duration, without the start of the JVM.
        total_seconds: From the start of the program to its end.
        cpu_seconds: Processor time of the work.
        peak_rss_bytes: The most memory that the program held.
        other_cores: How many cores other programs took meanwhile; above 0.1 the wall times tell little.
        failure: Why there is no result, or why it does not count.
        details: Whatever else is known, by name.
    """

    name: str
    group: str
    records: int
    run_seconds: float = 0.0
    total_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_rss_bytes: int = 0
    other_cores: float = 0.0
    failure: str | None = None
    details: dict[str, float] | None = None

    @property
    def records_per_second(self) -> float:
        """Records a second of the work itself; 0 without a result."""
        return 0.0 if self.failure or not self.run_seconds else self.records / self.run_seconds

    @property
    def cpu_ms_per_record(self) -> float:
        """Processor milliseconds a record took, which other programs disturb least; 0 without a result."""
        return 0.0 if self.failure else 1000 * self.cpu_seconds / self.records


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times faster one contender is than another, by the clock and by processor time."""

    name: str
    wall: float
    cpu: float
    target: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        return None if self.target is None else self.wall >= self.target


def ratio(name: str, ours: Measurement, theirs: Measurement, *, target: float | None = None) -> Ratio | None:
    """Return how many times faster `ours` is; None when either has no result."""
    if ours.failure or theirs.failure or not theirs.records_per_second or not ours.cpu_ms_per_record:
        return None
    return Ratio(
        name=name,
        wall=ours.records_per_second / theirs.records_per_second,
        cpu=theirs.cpu_ms_per_record / ours.cpu_ms_per_record,
        target=target,
    )
