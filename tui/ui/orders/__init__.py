"""Choosing single orders or a scope to cancel."""
