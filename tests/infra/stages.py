"""Stages that tests make: one with everything, one with as little as can be."""

from __future__ import annotations

from typing import Any

from infra.settings import Settings, settings_of

FULL: dict[str, Any] = {
    "account": "123456789012",
    "region": "eu-central-1",
    "tags": {"application": "store-traffic", "cost-centre": "stores"},
    "stream": {"mode": "provisioned", "shards": 2},
    "lake": {"maintained_by": "glue"},
    "metrics": {"target_wait_ms": 240_000},
    "alerts": {
        "app_url": "https://stores.example.com",
        "sender": "alerts@example.com",
        "makes_identity": True,
        "sms_by": "end_user_messaging",
        "sms_pool": "pool-1",
        "push_key_secret": "store-traffic/push",
        "push_contact": "push@example.com",
    },
    "alarms": {"emails": ["operations@example.com"]},
    "dashboards": {"is_on": True, "identity_region": "eu-central-1", "domains": ["https://stores.example.com"]},
}
SMALL: dict[str, Any] = {
    "account": "210987654321",
    "region": "us-east-1",
    "keeps_data": False,
    "alerts": {"app_url": "https://stores.example.org", "sms_by": "sns"},
    "fleet": {"has_component": False},
}


def full() -> Settings:
    """Return a stage with every part turned on."""
    return settings_of("full", FULL)


def small() -> Settings:
    """Return a stage with every part turned off that can be, whose data goes with it."""
    return settings_of("small", SMALL)
