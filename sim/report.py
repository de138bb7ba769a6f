"""The truth as tables for the terminal."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table

from sim.faults import FaultLedger
from sim.truth import CheckoutTruth, StoreTruth, ZoneTruth

_ZONE_COLUMNS = (
    "Zone",
    "Visits",
    "Pass- throughs",
    "Staff visits",
    "Dwell mean",
    "p50",
    "People mean",
    "max",
)
_CHECKOUT_COLUMNS = (
    "Lane",
    "Joined",
    "Served",
    "Aban- doned",
    "Cen- sored",
    "Wait mean",
    "p50",
    "p90",
    "Over target",
    "Service mean",
    "Queue max",
)


def tables(truth: StoreTruth) -> Group:
    """Return zones, lanes, traffic and hazards of one store; times in seconds, occupancy in customers."""
    hazards: tuple[Table | str, ...] = (_hazards(truth), "") if truth.hazards else ()
    return Group(_zones(truth), "", _lanes(truth), "", _traffic(truth), "", *hazards)


def fault_table(ledger: FaultLedger) -> Table:
    """Return what went wrong, how often."""
    table = _table("Faults", ("What", "How often"))
    for kind, count in sorted(ledger.counts.items()):
        if count:
            table.add_row(kind.replace("_", " "), f"{count:,}")
    return table


def _zones(truth: StoreTruth) -> Table:
    table = _table(f"Zones of {truth.store_id}", _ZONE_COLUMNS)
    for zone in truth.zones:
        table.add_row(*_zone_row(zone))
    return table


def _zone_row(zone: ZoneTruth) -> tuple[str, ...]:
    occupancy_mean = sum(minute.mean for minute in zone.occupancy) / len(zone.occupancy)
    return (
        zone.zone_id,
        str(zone.visits),
        str(zone.pass_throughs),
        str(zone.staff_visits),
        _decimal(zone.dwell_seconds_mean),
        _decimal(zone.dwell_seconds_median),
        f"{occupancy_mean:.2f}",
        str(max(minute.maximum for minute in zone.occupancy)),
    )


def _lanes(truth: StoreTruth) -> Table:
    table = _table("Checkout", _CHECKOUT_COLUMNS)
    for lane in truth.lanes:
        table.add_row(lane.lane_id, *_checkout_row(lane.checkout), str(max(minute.maximum for minute in lane.queue)))
    table.add_section()
    table.add_row("all", *_checkout_row(truth.checkout), "")
    return table


def _checkout_row(checkout: CheckoutTruth) -> tuple[str, ...]:
    share = checkout.over_target_share
    return (
        str(checkout.joined),
        str(checkout.served),
        str(checkout.abandoned),
        str(checkout.censored),
        _decimal(checkout.wait_seconds_mean),
        _decimal(checkout.wait_seconds_median),
        _decimal(checkout.wait_seconds_p90),
        "-" if share is None else f"{share:.1%}",
        _decimal(checkout.service_seconds_mean),
    )


def _traffic(truth: StoreTruth) -> Table:
    traffic = truth.traffic
    table = _table("Traffic", ("", "People", "Parties", "In", "Out", "Staff in", "Staff out", "Occupancy at the end"))
    counts = (
        truth.shoppers,
        truth.parties,
        traffic.in_count,
        traffic.out_count,
        traffic.staff_in_count,
        traffic.staff_out_count,
        traffic.occupancy_end,
    )
    table.add_row(truth.store_id, *map(str, counts))
    return table


def _hazards(truth: StoreTruth) -> Table:
    table = _table("Hazards", ("What", "Confidence", "Minute", "Camera", "Zone"))
    for hazard in truth.hazards:
        minute = (hazard.seen_ms - truth.start_ms) / 60_000
        table.add_row(hazard.label, f"{hazard.confidence:.2f}", _decimal(minute), hazard.camera_id, hazard.zone_id)
    return table


def _table(title: str, headings: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold", padding=(0, 1, 0, 0))
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left", no_wrap=not index)
    return table


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
