"""A plain Python loop over the records: one core, the standard library, no guarantee at all."""

from __future__ import annotations

import json
import sys
from pathlib import Path

MINUTE_MS = 60_000
Totals = dict[tuple[str, str, int], list[int]]


def aggregate(records: Path) -> Totals:
    """Return the one-minute totals of each zone, by store, zone and start of the minute."""
    totals: Totals = {}
    for path in sorted(records.glob("*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                add(totals, json.loads(line))
    return totals


def add(totals: Totals, event: dict[str, object]) -> None:
    """Add an event to the totals."""
    if event["kind"] != "snapshot":
        return
    snapshot, store, time_ms = event["snapshot"], event["store_id"], event["event_time_ms"]
    minute_ms, interval_ms = time_ms - time_ms % MINUTE_MS, snapshot["interval_ms"]  # type: ignore[operator, index]
    for zone in snapshot["zones"]:  # type: ignore[index]
        key = store, zone["zone_id"], minute_ms
        total = totals.get(key)  # type: ignore[arg-type]
        if total is None:
            total = totals[key] = [0] * 6  # type: ignore[index]
        total[0] = max(total[0], zone["count_max"])
        total[1] += zone["person_ms"]
        total[2] += interval_ms
        total[3] += zone["entered"]
        total[4] += zone["left"]
        total[5] += zone["staff_person_ms"]


def main() -> None:
    """Aggregate the folder of the first argument and write lines to the file of the second."""
    records, result = map(Path, sys.argv[1:3])
    with result.open("w") as lines:
        for key, total in aggregate(records).items():
            lines.write(",".join(map(str, (*key, *total))) + "\n")


if __name__ == "__main__":
    main()
