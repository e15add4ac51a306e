"""Whether another program seems to hold the same timer: no venue says so, but its limit tells."""

from __future__ import annotations

from collections import deque

from tui.core.clocks import Instant

APART_S = 2.0
"""Two requests of ours this far apart break no venue's limit, however late the first arrived."""
WITHIN_S = 600.0
ENOUGH = 2
"""Refusals within that time: a single one may be a venue's slip."""


class ContentionDetector:
    """Counts the refusals for too many requests that our own requests cannot explain."""

    def __init__(self) -> None:
        self._last_send: Instant | None = None
        self._alone = False
        self._refused: deque[Instant] = deque(maxlen=ENOUGH)

    def sent(self, now: Instant) -> None:
        """A request of ours leaves."""
        last, self._last_send = self._last_send, now
        self._alone = last is None or now.steady_since(last) >= APART_S

    def limited(self, now: Instant) -> None:
        """The request that left last was refused as one too many."""
        if self._alone:
            self._refused.append(now)

    def words(self, now: Instant) -> str:
        """Why another program seems to be there, in one line; empty when none seems to."""
        recent = [at for at in self._refused if now.steady_since(at) < WITHIN_S]
        if len(recent) < ENOUGH:
            return ""
        return "another program seems to hold this timer: beats of ours are refused as too many"
