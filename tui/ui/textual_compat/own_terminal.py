"""An application on our own driver, and what it asks of its terminal.

Textual keeps the driver private, `App._driver`: without it nothing tells whether the terminal takes
output or can be suspended, and no sequence of our own gets to it (the title that names an alarm, a
desktop notification, a copy through tmux). To print past the driver would tear its sequences apart.

Report: `.github/upstream/no-public-terminal.md`.
Needed while this passes, in `test_own_terminal.py`:
`test_textual_still_keeps_its_driver_private`.
"""

from __future__ import annotations

from typing import Any, TypeVar

from textual.app import App
from textual.driver import Driver

R = TypeVar("R")

_BLOCKED_S = 1.0
"""A terminal that is only slow takes output more often than this."""


def write_to_terminal(app: App[Any], sequence: str) -> None:
    """Sends a sequence past the screen, as `App.bell` does; nothing where there is no terminal."""
    if app._driver is not None and not app.is_headless:
        app._driver.write(sequence)


def can_suspend(app: App[Any]) -> bool:
    """Whether the terminal can be given back to the shell for a while."""
    return app._driver is not None and not app.is_headless and app._driver.can_suspend


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


_ESC = "\x1b"


def through_tmux(sequence: str) -> str:
    """`sequence` so that tmux passes it on where its `allow-passthrough` is on, else drops it."""
    return f"{_ESC}Ptmux;{sequence.replace(_ESC, _ESC * 2)}{_ESC}\\"
