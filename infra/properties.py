"""The properties of the streaming application; what looks at them needs no CDK."""

from __future__ import annotations

from infra.names import STREAM
from infra.settings import Settings


def property_groups(settings: Settings) -> dict[str, dict[str, str]]:
    """Return the application's properties: exactly those that `flink_jobs/settings.py` reads, endpoints aside."""
    region, flink = settings.region, settings.flink
    at = {"initial_time": flink.initial_time} if flink.initial_time else {}
    return {
        "source": {"stream": STREAM, "region": region, "initial_position": flink.initial_position, **at},
        "lake": {"warehouse": settings.names.warehouse, "database": settings.lake.database, "region": region},
        "live": {"region": region},
        "metrics": {name: str(value) for name, value in settings.metrics.items()},
    }
