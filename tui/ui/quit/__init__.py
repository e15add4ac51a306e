"""Leaving: the dialog, signals, cancelling before the end, and the last lines printed."""
