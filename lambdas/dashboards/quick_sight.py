"""How Quick Sight is called: what is throttled is tried again, longer apart each time."""

from __future__ import annotations

from botocore.config import Config

CALLS = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
"""Standard mode knows throttling by its code."""
