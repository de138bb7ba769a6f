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
        warm_records: Records of the second half, which a virtual machine runs with most code compiled; 0 if not known.
        warm_seconds: Time of the second half.
        warm_cpu_seconds: Processor time of the second half.
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
    warm_records: int = 0
    warm_seconds: float = 0.0
    warm_cpu_seconds: float = 0.0
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

    @property
    def warm_records_per_second(self) -> float:
        """Records a second of the second half; those of the whole run if no second half is known."""
        is_known = self.warm_records and self.warm_seconds and not self.failure
        return self.warm_records / self.warm_seconds if is_known else self.records_per_second

    @property
    def warm_cpu_ms_per_record(self) -> float:
        """Processor milliseconds a record took in the second half; in the whole run if no second half is known."""
        is_known = self.warm_records and not self.failure
        return 1000 * self.warm_cpu_seconds / self.warm_records if is_known else self.cpu_ms_per_record


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times faster one contender is than another.

    Attributes:
        name: What is compared.
        wall: By the clock, over whole runs.
        warm: By the clock, in the second half of the run; of the whole run of a program that needs no warming up.
        cpu: By processor time, over whole runs.
        target: What `warm` should reach.
    """

    name: str
    wall: float
    warm: float
    cpu: float
    target: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached by a job that has run for a while, as all of ours do; None without one."""
        return None if self.target is None else self.warm >= self.target


def ratio(name: str, ours: Measurement, theirs: Measurement, *, target: float | None = None) -> Ratio | None:
    """Return how many times faster `ours` is; None when either has no result."""
    if ours.failure or theirs.failure or not theirs.records_per_second or not ours.cpu_ms_per_record:
        return None
    return Ratio(
        name=name,
        wall=ours.records_per_second / theirs.records_per_second,
        warm=ours.warm_records_per_second / theirs.warm_records_per_second,
        cpu=theirs.cpu_ms_per_record / ours.cpu_ms_per_record,
        target=target,
    )
