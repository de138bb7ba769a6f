"""Tells people of alerts: the right ones, once, with the evidence."""
