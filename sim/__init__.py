"""The ground-truth store: simulated people, seen by the edge's own code, with the truth written beside the events."""
