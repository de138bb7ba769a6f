"""Faults of what cameras see and of what reaches the stream, by files; `load` reads one by its name or path."""

from sim.faults.ledger import FaultLedger
from sim.faults.settings import NO_FAULTS, Faults, load, names

__all__ = ["NO_FAULTS", "FaultLedger", "Faults", "load", "names"]
