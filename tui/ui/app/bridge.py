"""The one place where the screen meets the service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context

from textual.message_pump import MessagePump

from tui.core.desk import Desk, DeskView
from tui.core.frames import Frame
from tui.ui.app.scheduling import call_after

_SHORTEST_S = 0.05
"""Between two pulls: at most 20 a second."""
_LOST_S = 1.0
"""A pull that has been on its way for so long does not come: a frozen picture would be a lie."""
_BATCH = 5_000

Shown = Callable[[DeskView, Sequence[Frame], int], None]
"""Takes the newest picture, the frames since the last one, and how many frames fell off."""


class Bridge:
    """Pulls the desk's picture and frames when the service nudges.

    The service's thread does nothing here but put one callback on the screen's loop, and only when
    none is on its way: it never waits, however long the screen stands still.
    """

    def __init__(
        self,
        desk: Desk,
        pump: MessagePump,
        show: Shown,
        *,
        seen: Callable[[], bool] = lambda: True,
    ) -> None:
        """`seen` says whether what is shown gets to the terminal: a screen that nobody can see
        does not answer."""
        self._seen = seen
        self._desk = desk
        self._pump = pump
        self._show = show
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: Context | None = None
        self._on_its_way = False
        self._pulled_at = 0.0
        self._last_seq = 0
        self.pulls = 0

    def start(self) -> None:
        """Watches the desk, and shows it as it is now. Called on the screen's loop."""
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        self._desk.watch(self.nudge)
        self.pull()

    def nudge(self) -> None:
        """Asks for a pull; from any thread, returns at once."""
        if self._on_its_way or self._loop is None:
            return
        self._on_its_way = True
        try:
            self._loop.call_soon_threadsafe(self._plan, context=self._context)
        except RuntimeError:
            self._loop = None  # the screen is closed

    def alive(self) -> None:
        """A sign of life from the screen's loop."""
        if self._seen():
            self._desk.screen_alive()
        if self._on_its_way and time.monotonic() - self._pulled_at > _LOST_S:
            self.pull()

    def _plan(self) -> None:
        wait_s = self._pulled_at + _SHORTEST_S - time.monotonic()
        if wait_s > 0:
            call_after(wait_s, self._pump, self.pull)
        else:
            self._pump.call_later(self.pull)

    def pull(self) -> None:
        """Takes what there is.

        The service is released before the picture is read, so that a change in between nudges
        again instead of going unseen.
        """
        self._on_its_way = False
        self._pulled_at = time.monotonic()
        self.pulls += 1
        self._desk.caught_up()
        frames = self._desk.frames.drain(_BATCH)
        missed = 0
        if frames:
            missed = max(0, frames[-1].seq - self._last_seq - len(frames))
            self._last_seq = frames[-1].seq
        self._show(self._desk.view, frames, missed)
        if len(frames) == _BATCH:
            self.nudge()
