"""received = accepted + rejected + late + duplicate: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demo.lake import SQL_FOLDER, LakeReader, read_query
from demo.metrics import Expected, Measure, Metric, compare
from demo.replay import Sent
from local.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Accounting:
    """What became of every record of the run.

    Attributes:
        received: Records that Kinesis acknowledged, counted by the sender.
        in_stream: Records read back from the stream's shards: the same, counted without the sender.
        accepted: Ids in `event_v1` that were on time.
        rejected: Records in `rejected_v1`, late and repeated ones apart.
        late: Records in `rejected_v1` with the reason late.
        duplicate: Records in `rejected_v1` with the reason duplicate.
        reasons: Records in `rejected_v1` by reason.
        problems: Everything that contradicts itself, in sentences.
    """

    received: int
    in_stream: int
    accepted: int
    rejected: int
    late: int
    duplicate: int
    reasons: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every record has exactly one fate."""
        return not self.problems


def account(lake: LakeReader, sent: Sent, *, in_stream: int) -> Accounting:
    """Count the fates of all records in the lake, and compare with what was sent."""
    (counts,) = lake.rows(read_query(SQL_FOLDER / "accounting.sql").sql)
    reasons = lake.rows(read_query(SQL_FOLDER / "rejections.sql").sql)
    return Accounting(
        received=sent.acknowledged,
        in_stream=in_stream,
        accepted=counts["accepted"],
        rejected=counts["rejected"],
        late=counts["late"],
        duplicate=counts["duplicate"],
        reasons=tuple((row["reason"], row["records"]) for row in reasons),
        problems=tuple(contradictions(counts, received=sent.acknowledged, in_stream=in_stream)),
    )


def contradictions(counts: dict[str, Any], *, received: int, in_stream: int) -> Iterator[str]:
    """Yield one sentence for each identity that does not hold."""
    told = counts["accepted"] + counts["rejected"] + counts["late"] + counts["duplicate"]
    if told != received:
        yield (
            f"received {received:,} is not accepted {counts['accepted']:,} + rejected {counts['rejected']:,} + "
            f"late {counts['late']:,} + duplicate {counts['duplicate']:,} = {told:,}"
        )
    if in_stream != received:
        yield f"the sender counted {received:,} records and the stream holds {in_stream:,}"
    if counts["events"] != counts["distinct_events"]:
        yield f"event_v1 has {counts['events']:,} rows for {counts['distinct_events']:,} event ids"
    if counts["late"] != counts["late_events"]:
        yield f"{counts['late']:,} late records are named and {counts['late_events']:,} are kept in event_v1"


def dropped_rows(pipeline: Pipeline) -> int:
    """Return how many rows the running job dropped as late in its windows, where SQL does so without a word."""
    return pipeline.stack.flink.operator_metric(pipeline.job_id, "numLateRecordsDropped")


def accounting_metrics(accounting: Accounting, sent: Sent, *, rows_dropped: int) -> list[Metric]:
    """Return each fate beside what was meant, the reasons one by one."""
    meant = {
        "rows_dropped": (rows_dropped, 0),
        "records_accepted": (accounting.accepted, sent.events),
        "records_late": (accounting.late, 0),
        "records_duplicate": (accounting.duplicate, sent.repeated),
    }
    found = dict(accounting.reasons)
    for reason in sorted((found.keys() | sent.broken.keys()) - {"late", "duplicate"}):
        meant[f"records_rejected.{reason}"] = (found.get(reason, 0), sent.broken[reason])
    return [
        compare(name, value, Expected(truth), Measure("records", "accounting"))
        for name, (value, truth) in meant.items()
    ]
