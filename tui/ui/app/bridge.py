"""The one place where the screen meets the service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import replace

from textual.message_pump import MessagePump

from tui.core.deadman.view import TimerView
from tui.core.desk import AccountView, Desk, DeskView
from tui.core.frames import Frame
from tui.core.timeseries import NO_OPEN_PAST
from tui.ui.app.scheduling import after

_SHORTEST_S = 0.05
"""Between two pulls: at most 20 a second."""
_LOST_S = 1.0
"""A pull that has been on its way for so long does not come: a frozen picture would be a lie."""
_BATCH = 5_000
_MANY = 100
"""So many new frames are shown at once; a few wait for the next second."""
_ATTENDED_S = 30.0
"""So long after a key or the mouse somebody is taken to be at the screen."""
_REST_S = 4.5
"""Between two pulls of books that were read again while nobody is: with the fifth second."""
_LONG_REST_S = 9.5
"""The same for the rest, frames of pings most of all."""

Shown = Callable[[DeskView, Sequence[Frame], int], None]
"""Takes the newest picture, the frames since the last one, and how many frames fell off."""


class Bridge:
    """Pulls the desk's picture and frames when the service nudges.

    What nobody waits for, a few frames, a round trip, a book that was read again and is the same,
    does not wake the screen: it is pulled with the next sign of life, which comes each second. When
    nobody has touched the screen for a while it waits for five or ten of them; only a timer that a
    beat has renewed is shown even then, for a gauge must not show less than there is.

    The service's thread does nothing here but put one callback on the screen's loop, and only when
    none is on its way: it never waits, however long the screen stands still.
    """

    def __init__(
        self,
        desk: Desk,
        pump: MessagePump,
        show: Shown,
        show_timers: Callable[[DeskView], None] = lambda _: None,
        *,
        seen: Callable[[], bool] = lambda: True,
    ) -> None:
        """`show_timers` is to show the timers of a picture, and nothing else of it. `seen` says
        whether what is shown gets to the terminal: a screen that nobody can see does not answer.
        """
        self._seen = seen
        self._desk = desk
        self._pump = pump
        self._show = show
        self._show_timers = show_timers
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: Context | None = None
        self._on_its_way = False
        self._waiting = False
        """There is something that can wait."""
        self._pulled_at = 0.0
        self._touched_at = time.monotonic()
        self.rests = True
        """False where somebody watches without touching anything."""
        self._shown: object = None
        """What has been shown of what cannot wait."""
        self._found_calm: DeskView | None = None
        """The last picture that was found to show nothing new of what cannot wait."""
        self._renewed: object = None
        """What has been shown of the timers' beats."""
        self._read: object = None
        """When the books were read that have been shown."""
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
        if len(self._desk.frames) < _MANY and pressing(self._desk.view) == self._shown:
            self._waiting = True
            self._desk.caught_up()
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
        now_s = time.monotonic()
        lost = self._on_its_way and now_s - self._pulled_at > _LOST_S
        if lost or (self._waiting and not self._may_rest(now_s)):
            self.pull()
        elif self._waiting and (renewed := _renewed(self._desk.view)) != self._renewed:
            self._renewed = renewed
            self._show_timers(self._desk.view)

    def touched(self) -> None:
        """Somebody pressed a key or moved the mouse."""
        self._touched_at = time.monotonic()

    def _may_rest(self, now_s: float) -> bool:
        """Whether what waits may wait on."""
        view, rested_s = self._desk.view, now_s - self._pulled_at
        attended = not self.rests or now_s - self._touched_at < _ATTENDED_S
        if attended or rested_s >= _LONG_REST_S or self._presses(view):
            return False
        return rested_s < _REST_S or _read(view) == self._read

    def _presses(self, view: DeskView) -> bool:
        """Whether a nudge was wrong about this picture: another one was just being shown."""
        if view is not self._found_calm and pressing(view) == self._shown:
            self._found_calm = view
        return view is not self._found_calm

    def _plan(self) -> None:
        wait_s = self._pulled_at + _SHORTEST_S - time.monotonic()
        if wait_s > 0:
            after(wait_s, self._pump, self.pull)
        else:
            self._pump.call_later(self.pull)

    def pull(self) -> None:
        """Takes what there is.

        The service is released before the picture is read, so that a change in between nudges
        again instead of going unseen.
        """
        self._on_its_way = self._waiting = False
        self._pulled_at = time.monotonic()
        self.pulls += 1
        self._desk.caught_up()
        frames = self._desk.frames.drain(_BATCH)
        missed = 0
        if frames:
            missed = max(0, frames[-1].seq - self._last_seq - len(frames))
            self._last_seq = frames[-1].seq
        view = self._desk.view
        self._shown, self._renewed, self._read = pressing(view), _renewed(view), _read(view)
        self._found_calm = view
        self._show(view, frames, missed)
        if len(frames) == _BATCH:
            self.nudge()


def _renewed(view: DeskView) -> object:
    """When the timers were last renewed, each."""
    return [timer.sent_at for account in view.accounts for timer in account.timers]


def _read(view: DeskView) -> object:
    """When the books were last read, each."""
    return [account.read_at_ms for account in view.accounts]


def pressing(view: DeskView) -> object:
    """What a trader must see at once: all of the desk but the figures that change of themselves."""
    return view.notice, tuple(map(_pressing, view.accounts))


def _pressing(account: AccountView) -> object:
    book = account.book
    return (
        replace(
            account, routes=(), book=None, timers=(), clock_offset_ms=None, open_past=NO_OPEN_PAST
        ),
        tuple((route.transport, route.up, route.detail) for route in account.routes),
        book and (book.kinds, book.counts),
        tuple(map(_settled, account.timers)),
    )


def _settled(timer: TimerView) -> TimerView:
    """Without what each beat and each look at the guards renews."""
    guards = tuple(replace(guard, until=None) for guard in timer.guards)
    return replace(
        timer,
        sent_at=None,
        latest_fire_at=None,
        fired_from=None,
        fired_until=None,
        last_beat_ms=None,
        latency_ms=None,
        trigger_ms=None,
        guards=guards,
    )
