"""received = accepted + rejected + late + duplicate."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from demo.accounting import account, accounting_metrics, contradictions
from demo.lake import LakeReader
from demo.replay import Sent
from tests.demo.synthetic_lake import EVENT_COUNT

GOOD = {"accepted": 90, "events": 92, "distinct_events": 92, "rejected": 5, "late": 2, "late_events": 2, "duplicate": 3}


def test_all_identities_hold() -> None:
    """Rule: a run in which every record has one fate has nothing to say."""
    assert list(contradictions(GOOD, received=100, in_stream=100)) == []


@pytest.mark.parametrize(
    ("change", "received", "in_stream", "says"),
    [
        ({"duplicate": 2}, 100, 100, "= 99"),
        ({}, 101, 101, "received 101"),
        ({}, 100, 99, "the stream holds 99"),
        ({"events": 93}, 100, 100, "93 rows for 92 event ids"),
        ({"late_events": 1}, 100, 100, "1 are kept"),
    ],
    ids=["lost in the pipeline", "lost before it", "lost in the stream", "written twice", "late without its row"],
)
def test_each_broken_identity_is_told(change: dict[str, int], received: int, in_stream: int, says: str) -> None:
    """Rule: each way of losing or doubling a record gives one sentence with its numbers."""
    (problem,) = contradictions(GOOD | change, received=received, in_stream=in_stream)
    assert says in problem


def test_fates_are_counted_in_the_lake(tables: dict[str, pa.Table]) -> None:
    """Rule: accepted comes from event_v1, the rest from rejected_v1 by reason; the sender's count is only compared."""
    sent = Sent(acknowledged=EVENT_COUNT + 2, events=EVENT_COUNT, repeated=1, broken=Counter(not_json=1))
    accounting = account(LakeReader(tables), sent, in_stream=EVENT_COUNT + 2)
    assert accounting.adds_up
    assert (accounting.accepted, accounting.rejected, accounting.late, accounting.duplicate) == (EVENT_COUNT, 1, 0, 1)
    assert all(metric.is_right for metric in accounting_metrics(accounting, sent, rows_dropped=0))


def test_another_reason_than_meant_is_wrong(tables: dict[str, pa.Table]) -> None:
    """Rule: a broken record that is rejected for another reason is found, though the sum is right."""
    sent = Sent(acknowledged=EVENT_COUNT + 2, events=EVENT_COUNT, repeated=1, broken=Counter(too_large=1))
    metrics = accounting_metrics(account(LakeReader(tables), sent, in_stream=EVENT_COUNT + 2), sent, rows_dropped=0)
    wrong = {metric.name for metric in metrics if not metric.is_right}
    assert wrong == {"records_rejected.not_json", "records_rejected.too_large"}


def test_row_dropped_by_a_window_is_wrong(tables: dict[str, pa.Table]) -> None:
    """Rule: what SQL's windows drop as late without a word fails the run, though every record was accepted."""
    sent = Sent(acknowledged=EVENT_COUNT + 2, events=EVENT_COUNT, repeated=1, broken=Counter(not_json=1))
    accounting = account(LakeReader(tables), sent, in_stream=EVENT_COUNT + 2)
    wrong = [metric.name for metric in accounting_metrics(accounting, sent, rows_dropped=5) if not metric.is_right]
    assert wrong == ["rows_dropped"]
