"""When the picture of the desk is drawn anew, and who is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from tui.core.clocks import Clock, Instant
from tui.core.desk import DeskView
from tui.service.network.frame_recorder import Later

PUBLISH_S = 0.02
"""Changes within so long make one picture."""
_SAME_S = 0.001
"""Two looks at the clocks for the same moment differ by less."""
PICTURE_SHARE = 0.1
"""Of the time at most; with many accounts a picture takes long, and sends must not wait for it."""


class Publisher:
    """Keeps the newest picture in `view`, and nudges the watcher once until it has caught up.

    `draw` gives a picture of what is known now; it is called in the service's loop, as `changed`
    and `publish` are.
    """

    def __init__(self, draw: Callable[[], DeskView], clock: Clock, later: Later) -> None:
        self.view = DeskView(())
        self._draw = draw
        self._clock = clock
        self._later = later
        self._watcher: Callable[[], None] | None = None
        self._nudged = threading.Event()
        self._due: Instant | None = None
        self._took_s = 0.0

    def watch(self, changed: Callable[[], None]) -> None:
        """`changed` is called when there is something new to see."""
        self._watcher = changed

    def caught_up(self) -> None:
        """The watcher is about to look; the next change nudges it again."""
        self._nudged.clear()

    def changed(self) -> None:
        """Something is other than in the picture: it is drawn anew soon."""
        self._draw_within(PUBLISH_S)

    def heard(self, wait_s: float) -> None:
        """A message has crossed the wire; what it has changed says so by itself. Nobody waits for
        the rest: when the venue was heard, how long an answer took."""
        self._draw_within(wait_s)

    def _draw_within(self, wait_s: float) -> None:
        wait_s = max(wait_s, self._took_s / PICTURE_SHARE)
        due = self._clock().later(wait_s)
        if self._due is None or due.steady_since(self._due) < -_SAME_S:
            self._due = due
            self._later(wait_s, partial(self._draw_if_due, due))

    def _draw_if_due(self, due: Instant) -> None:
        if due is self._due:
            self.publish()

    def publish(self) -> None:
        """Draws the picture now."""
        self._due = None
        begun = self._clock()
        self.view = self._draw()
        self._took_s = self._clock().steady_since(begun)
        if self._watcher is not None and not self._nudged.is_set():
            self._nudged.set()
            self._watcher()
