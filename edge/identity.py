"""Names of runs: an event's id is `device_id/boot_id/seq`, and must never be used twice.

`seq` is counted in memory from 0 and never stored: a power cut loses the last numbers, so a run that went on
with a run's numbers could give one number to two events. Each run, and each business day, takes a new `boot_id`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

RANDOM_BYTES = 8
"""64 random bits: among 10,000 runs of a device the chance of any two alike is 3 in 10^12 (birthday bound n²/2^65)."""
ATTEMPTS = 16


def random_boot_id() -> str:
    """Return 16 hexadecimal digits from the system's generator, which blocks until it is seeded."""
    return secrets.token_hex(RANDOM_BYTES)


def new_boot_id(register: Callable[[str], bool], *, draw: Callable[[], str] = random_boot_id) -> str:
    """Return a boot id that this device never used.

    Randomness holds where the disk was replaced or the image was cloned; the register holds where randomness does not.

    Args:
        register: Notes an id durably, before any event bears it (`Spool.register_boot`); False where it was noted.
        draw: Makes an id.

    Raises:
        RuntimeError: where every drawn id was used before: the generator is broken.
    """
    for _ in range(ATTEMPTS):
        boot_id = draw()
        if register(boot_id):
            return boot_id
    raise RuntimeError(f"expected a new boot id, came {ATTEMPTS} used ones; the random generator is broken")
