"""SIGINT, SIGTERM, SIGHUP and a terminal that is gone end the screen in order.

SIGINT does so unless it was ignored when the program started, as it is in a background job of a
script: it is meant for what runs in the foreground. SIGTERM and SIGHUP do so in any case: a
dashboard without its terminal is of no use, not even under `nohup`.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

_Handler = signal.Handlers | Callable[[int, FrameType | None], object] | int | None

_DEADLINE_S = 4.0
"""For an end in order; a terminal that does not read may make one impossible."""
_LAST_WORDS_S = 20.0
"""For what comes after the screen: a disarm under way, the record, and the last lines."""
_LOOK_EVERY_S = 5.0
"""For a terminal that is gone, where the system does not tell of it: SIGHUP does not come to a
process whose parent ignored it."""


def our_terminal() -> int | None:
    """The descriptor of the terminal that we read; None where there is none."""
    if os.name != "posix" or sys.__stdin__ is None:
        return None
    try:
        number = sys.__stdin__.fileno()
    except (OSError, ValueError):
        return None
    return number if os.isatty(number) else None


def hung_up_within(terminal: int, wait_s: float) -> bool:
    """Waits until the terminal is gone, as far as the system tells of that, but no longer."""
    if not hasattr(select, "poll"):
        time.sleep(wait_s)
        return False
    poll = select.poll()
    poll.register(terminal, 0)  # that it hung up is told in any case
    return bool(poll.poll(wait_s * 1000))


class Signals:
    """Handlers for the signals that the platform has; Textual itself handles neither.

    The terminal is watched from a thread of its own, which the screen's loop cannot hold up.
    """

    def __init__(
        self,
        stop: Callable[[int], None],
        deadline_s: float | None = _DEADLINE_S,
        look_every_s: float = _LOOK_EVERY_S,
    ) -> None:
        self._stop = stop
        self._deadline_s = deadline_s
        self._look_every_s = look_every_s
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, _Handler] = {}
        self._last: threading.Timer | None = None
        self._number = 0
        """Of the signal that ends it."""

    def install(self) -> None:
        """Takes the signals over. Called on the screen's loop; does nothing off the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        ours: dict[str, Callable[[int, FrameType | None], None]] = {
            "SIGTERM": self._received,
            "SIGHUP": self._received,
            "SIGBREAK": self._received,
        }
        # asyncio's own handler would end the screen too, but with the exit code of a success.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            ours["SIGINT"] = self._received
        for name, handler in ours.items():
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, handler)
        terminal = our_terminal()
        if terminal is not None:
            threading.Thread(
                target=self._watch, args=(terminal,), name="terminal", daemon=True
            ).start()

    def _watch(self, terminal: int) -> None:
        while not self._over.is_set():
            hung_up = hung_up_within(terminal, self._look_every_s)
            if not os.isatty(terminal) and not self._over.is_set():
                self._received(signal.SIGHUP, None)
                return
            if hung_up:
                self._over.wait(self._look_every_s)

    def restore(self) -> None:
        """Gives the signals back, and lets the terminal out of sight.

        The screen has ended in order, so what comes after it gets a deadline of its own.
        """
        self._over.set()
        if self._last is not None:
            self._end_within(_LAST_WORDS_S)
        for number, handler in self._before.items():
            if handler is not None:
                signal.signal(number, handler)
        self._before.clear()

    def _received(self, number: int, _frame: FrameType | None) -> None:
        self._number = number
        if self._deadline_s is not None:
            self._end_within(self._deadline_s)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop, number)

    def _end_within(self, most_s: float) -> None:
        """Ends the process after so many seconds, unless it has ended before."""
        if self._last is not None:
            self._last.cancel()
        self._last = threading.Timer(most_s, os._exit, args=(128 + self._number,))
        self._last.daemon = True
        self._last.start()
