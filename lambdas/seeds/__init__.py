"""Rules for a new chain to begin with."""
