"""The alert lab: what rules would have done on a recorded day."""
