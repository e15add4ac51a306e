"""Widgets and drawing that any screen may use. Nothing of a single screen."""
