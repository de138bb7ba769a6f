"""How an answer is told: a table for people, CSV and JSON lines for machines, a chart."""
