"""A screen that can keep the mouse from all of its widgets, as a locked desk has to.

Whatever the mouse does reaches a screen's widgets by one method, `Screen._forward_event`, which is
private. The public handlers come too late or too early: a widget's own handler runs before that of
its screen, and `App.on_event` is passed by for events that Textual itself makes.

Report: `.github/upstream/no-public-mouse-gate.md`.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Event
from textual.screen import Screen


class MouseGate(Screen[None]):
    """A screen that asks of each event of the mouse whether it is to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.stops_mouse: Callable[[Event], bool] = lambda _: False
        """Asked of all that the mouse does here; what it is true for ends there."""

    def _forward_event(self, event: Event) -> None:
        if not self.stops_mouse(event):
            super()._forward_event(event)
