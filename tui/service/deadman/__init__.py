"""Dead-man timers that are kept alive: beats, guards, and the lock between processes.

The machine itself is in `tui.core.deadman`.
"""
