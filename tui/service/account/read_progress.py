"""How far the reads of one account have come, for those that take so long that somebody wonders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.core.clocks import Clock

LONG_S = 1.0
"""A read that is over before is not spoken of: it would flicker at every poll."""


class Reading:
    """Counts what the reads under way have listed."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._listed: dict[object, int] = {}

    @property
    def listed(self) -> int:
        """Orders that all reads under way have listed so far, together; 0 while none takes long."""
        return sum(self._listed.values())

    @contextmanager
    def listing(self) -> Iterator[Callable[[int], None]]:
        """Gives what is to be told how many orders a read has listed, while it lasts."""
        read, begun = object(), self._clock()

        def so_far(listed: int) -> None:
            if self._clock().steady_since(begun) >= LONG_S:
                self._listed[read] = listed
                self._changed()

        try:
            yield so_far
        finally:
            if self._listed.pop(read, 0):
                self._changed()
