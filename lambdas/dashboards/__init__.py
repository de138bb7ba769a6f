"""Dashboards for people who signed in elsewhere: embedded with their rights, and mailed each week."""
