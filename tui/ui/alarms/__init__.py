"""Alarms: which conditions raise one, how it rings, and the history of events."""
