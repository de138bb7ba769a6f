"""Imports history: hourly counts of older counters become rows of `traffic_local_hour_v1`, or nothing does."""
