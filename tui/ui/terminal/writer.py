"""Writes to the terminal in a thread of its own, so that nobody else ever waits for a terminal."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

from tui.ui.terminal.backlog import Backlog

_PIECE = 4096
"""Bytes for one call: each that returns shows that the terminal still takes output."""


class TerminalWriter:
    """Never blocks who writes. While the terminal takes nothing, drawings are dropped."""

    def __init__(
        self,
        descriptor: int,
        gap_over: Callable[[], None],
        *,
        encode: Callable[[str], bytes] = lambda text: text.encode(errors="replace"),
        after: TerminalWriter | None = None,
    ) -> None:
        """`gap_over` is called in the writer's thread, once after drawings were dropped, when the
        terminal takes output again: the caller then calls `redraw_due` and draws everything.
        `encode` turns what is written into the terminal's bytes, and never raises.
        `after` is a writer that may not have ended: two at once would mix what they write."""
        self._descriptor = descriptor
        self._encode = encode
        self._after = after
        self._gap_over = gap_over
        self._backlog = Backlog()
        self._changed = threading.Condition()
        self._closing = False
        self._gone = False
        self._asked = False
        self._waits_since_s: float | None = None
        """When the write under way last got on; None while there is none."""
        self._paused_since_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Takes `text`; from any thread, returns at once."""
        if not text:
            return
        with self._changed:
            if not self._gone:
                self._backlog.put(text, time.monotonic())
                self._changed.notify()

    def pause(self) -> None:
        """Drops drawings until `go_on`, as if the terminal took none."""
        with self._changed:
            self._backlog.give_up()
            self._paused_since_s = time.monotonic()

    def redraw_due(self) -> None:
        """Everything is about to be drawn: drawings are taken again."""
        with self._changed:
            self._asked = False
            if self._paused_since_s is None:
                self._backlog.redraw_due()

    def go_on(self) -> None:
        """After `pause`: everything is about to be drawn."""
        with self._changed:
            self._paused_since_s = None
        self.redraw_due()

    def blocked_s(self) -> float:
        """For how many seconds the terminal has not taken what is being written to it."""
        since_s = self._paused_since_s or self._waits_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def close(self, within_s: float) -> bool:
        """Writes what waits, and ends; False if the terminal did not take it in time."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        if self._after is not None:
            self._after._thread.join()
            self._after = None
        while True:
            with self._changed:
                while not self._backlog and not self._closing:
                    self._changed.wait()
                if not self._backlog:
                    return
                text = self._backlog.take()
                self._waits_since_s = time.monotonic()
            self._put_out(self._encode(text))
            with self._changed:
                self._waits_since_s = None
                ask = self._backlog.lost and not self._asked and not self._gone
                self._asked = self._asked or ask
            if ask:
                self._gap_over()

    def _put_out(self, data: bytes) -> None:
        left = memoryview(data)
        while left and not self._gone:
            try:
                left = left[os.write(self._descriptor, left[:_PIECE]) :]
            except BlockingIOError:  # somebody else has made it so
                select.select([], [self._descriptor], [])
            except OSError:  # the terminal is gone; what watches it ends the screen
                self._gone = True
            self._waits_since_s = time.monotonic()
