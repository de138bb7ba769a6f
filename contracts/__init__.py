"""The single truth: events, tables, columns and their documentation. Standard library only."""
