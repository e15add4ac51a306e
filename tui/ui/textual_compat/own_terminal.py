"""An application on our own driver, and what it knows of its terminal.

Textual 8.2.8 keeps the driver private, `App._driver`.
"""

from __future__ import annotations

from typing import TypeVar

from textual.app import App
from textual.driver import Driver

R = TypeVar("R")

_BLOCKED_S = 1.0
"""A terminal that is only slow takes output more often than this."""


class OwnTerminal(App[R]):
    """Where Textual would take its driver for Linux and macOS, ours is taken."""

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from tui.ui.textual_compat.driver import TerminalDriver

        return TerminalDriver

    @property
    def takes_output(self) -> bool:
        """Whether what is drawn gets to the terminal; else nobody can see it."""
        blocked_s = getattr(self._driver, "output_blocked_s", None)
        return blocked_s is None or blocked_s() < _BLOCKED_S
