"""Connections and requests, with their limits and their frames.

What a message means is decided in `tui.venues`.
"""
