"""Editing settings and accounts."""
