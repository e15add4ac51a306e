"""Cancels on their way: a run from press to report, and the pace of its requests."""
