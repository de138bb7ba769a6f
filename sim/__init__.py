"""The ground-truth store: simulated people, seen by the edge's own code, and the truth beside its events."""
