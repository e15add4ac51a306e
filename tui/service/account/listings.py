"""When each kind of order was last listed, and why a count is not known any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tui.core.coverage import Coverage, coverage
from tui.core.formatting import time_of_day
from tui.core.orders import Book, Kind

OLD_S = 180.0
"""A listing of what no press reaches is not relied upon for longer. The slowest poll takes a third
of it."""
SINCE_PRESS = "not read since the press"


class Listings:
    """The moments of the listings, monotonic, and the reads that failed since."""

    def __init__(self) -> None:
        self._begun_s: dict[str, float] = {}
        self._failed: dict[str, str] = {}
        self._pressed_s = float("-inf")

    def takes(self, kind: str, begun_s: float) -> bool:
        """Whether a listing that was begun then is the newest one of this kind."""
        return self._begun_s.get(kind, begun_s) <= begun_s

    def listed(self, kinds: Iterable[str], begun_s: float) -> None:
        """The venue has listed these kinds, or refused to."""
        for kind in kinds:
            self._begun_s[kind] = begun_s
            self._failed.pop(kind, None)

    def failed(self, kinds: Iterable[str], why: str) -> None:
        """A read of these kinds came to nothing, for a reason that may pass."""
        self._failed.update(dict.fromkeys(kinds, why))

    def keep_only(self, kinds: Collection[str]) -> None:
        """Forgets every other kind."""
        self._begun_s = {kind: at_s for kind, at_s in self._begun_s.items() if kind in kinds}
        self._failed = {kind: why for kind, why in self._failed.items() if kind in kinds}

    def pressed(self, at_s: float) -> None:
        """A cancel was pressed."""
        self._pressed_s = max(self._pressed_s, at_s)

    def read_since(self, kind: str, at_s: float | None = None) -> bool:
        """Whether it was listed, or refused, since then; since the last press if none is given."""
        begun_s = self._begun_s.get(kind)
        return begun_s is not None and begun_s >= (self._pressed_s if at_s is None else at_s)

    def tried(self, kind: str, since_s: float) -> bool:
        """Whether it was read since then, or a read of it has failed and none has succeeded yet."""
        return kind in self._failed or self.read_since(kind, since_s)

    def reasons(
        self,
        kinds: Iterable[Kind],
        reached: Collection[str],
        book: Book | None,
        now_s: float,
        since_s: float | None = None,
    ) -> dict[str, str]:
        """Why counts of kinds that are not `reached` are not known.

        An empty list proves nothing of the time after the press at `since_s` (the last one, if it
        is not given), nor after `OLD_S`; orders that a list has shown count until it is read again.
        """
        since_s = self._pressed_s if since_s is None else since_s
        found: dict[str, str] = {}
        for kind in (one.id for one in kinds if one.id not in reached):
            begun_s = self._begun_s.get(kind)
            failed = self._failed.get(kind)
            read_at_ms = book.read_at([kind]) if book is not None else None
            if book is None or begun_s is None or read_at_ms is None:
                if failed:
                    found[kind] = f"not read: {failed}"
                continue
            count = book.count([kind])
            if failed or now_s - begun_s > OLD_S:
                then = f"{count} at {time_of_day(read_at_ms)} UTC, not read since"
                found[kind] = f"{then}: {failed}" if failed else then
            elif begun_s < since_s and not count:
                found[kind] = SINCE_PRESS
        return found

    def coverage(
        self,
        kinds: tuple[Kind, ...],
        reached: Collection[str],
        book: Book | None,
        now_s: float,
        since_s: float | None = None,
    ) -> Coverage:
        """What actions that reach these kinds cover, and the remainder; see `reasons`."""
        why = self.reasons(kinds, reached, book, now_s, since_s)
        return coverage(kinds, reached, book, why)
