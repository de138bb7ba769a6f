"""Keeps alerts and people's acts in the lake: from the tables' streams to `alert_v1` and `alert_action_v1`."""
