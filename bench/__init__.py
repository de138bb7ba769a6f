"""Measures the job beside what else one could have taken, on the same records and the same machine."""
