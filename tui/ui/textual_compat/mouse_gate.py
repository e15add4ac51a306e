"""A screen that can keep the mouse from all of its widgets, as a locked desk has to.

Whatever the mouse does reaches a screen's widgets by one method, `Screen._forward_event`, which is
private. A handler of the screen comes too late, after that of the widget; and clicks go past
`App.on_event`, because Textual makes them of a press and a release.

Report: `.github/upstream/no-public-mouse-gate.md`.
Needed while this passes, in `test_mouse_gate.py`:
`test_textual_still_has_no_public_gate`.
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
