"""What waits to be written to a terminal, and what of it is given up when the terminal is slow.

A screen that is written late is worse than none: it shows an old state. So drawings that have
waited for too long are dropped, and the caller draws the whole screen anew once there is room.
What changes the terminal itself (its modes, title, clipboard) is kept, the newest of each kind.
"""

from __future__ import annotations

import re

WAIT_S = 1.0
"""Drawings that have waited for so long are dropped."""
MOST = 400_000
"""Characters that may wait."""
_MOST_CONTROLS = 64
_MOST_CONTROL = 200_000
"""Characters of one that is kept: a clipboard's text may be long."""

_SYNC = ("\x1b[?2026h", "\x1b[?2026l")
_MODE = re.compile(r"\x1b\[\?(\d+)[hl]")
_OSC = re.compile(r"(?:\x1b\[2[23];2t)?\x1b\](\d+)|\x1bPtmux;\x1b\x1b\](\d+)")
_OTHER = re.compile(r"\x1b\[[<>=?][0-9;]*(?:u|\$p)")
AFRESH = "\x1b[?2026l\x1b[0m"
"""Before what is written after a gap: a drawing may have been begun and not ended."""


def kind_of(written: str) -> str | None:
    """What of the terminal it changes; None for a drawing, and for the bell."""
    if written.startswith(_SYNC):
        return None
    if mode := _MODE.match(written):
        return f"mode {mode[1]}"
    if osc := _OSC.match(written):
        return f"OSC {osc[1] or osc[2]}"
    return written if _OTHER.match(written) else None


class Backlog:
    """Never larger than its bounds, whatever is put in."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._length = 0
        self._since_s: float | None = None
        """When the oldest that waits was put in."""
        self._controls: dict[str, str] = {}
        """What is kept of what was given up, by kind."""
        self.lost = False
        """Drawings were dropped: from now on none is taken, until `redraw_due`."""

    def __bool__(self) -> bool:
        return bool(self._waiting or self._controls)

    def put(self, written: str, now_s: float) -> None:
        """Takes it, or gives drawings up."""
        if not self.lost and self._waiting and self._since_s is not None:
            late = now_s - self._since_s > WAIT_S
            if late or self._length + len(written) > MOST:
                self.give_up()
        if self.lost:
            self._keep(written)
        else:
            self._waiting.append(written)
            self._length += len(written)
            if self._since_s is None:
                self._since_s = now_s

    def take(self) -> str:
        """Everything that waits, in its order; what was kept comes first."""
        written = "".join((*self._controls.values(), *self._waiting))
        if self.lost or self._controls:
            written = AFRESH + written
        self._controls.clear()
        self._clear()
        return written

    def redraw_due(self) -> None:
        """The whole screen is about to be put in."""
        self.lost = False

    def give_up(self) -> None:
        """Drops the drawings that wait, and all that come until `redraw_due`."""
        self.lost = True
        for written in self._waiting:
            self._keep(written)
        self._clear()

    def _keep(self, written: str) -> None:
        kind = kind_of(written)
        if kind is None or len(written) > _MOST_CONTROL:
            return
        self._controls.pop(kind, None)
        self._controls[kind] = written
        if len(self._controls) > _MOST_CONTROLS:
            del self._controls[next(iter(self._controls))]

    def _clear(self) -> None:
        self._waiting.clear()
        self._length = 0
        self._since_s = None
