"""The help screen and its text."""
