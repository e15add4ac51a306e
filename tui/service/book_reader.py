"""Reads the open orders of one account: some kinds for a cancel, or all of them side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tui.core.actions import Report, Verdict
from tui.core.clocks import Instant
from tui.core.history import OpenPast
from tui.core.orders import Book
from tui.service.access import Access
from tui.service.account_profile import AccountProfile
from tui.service.courier import READ_S, Courier
from tui.service.ledger import Ledger
from tui.service.open_history import OpenHistory
from tui.service.precedence import Precedence
from tui.service.reading import Reading
from tui.venues.base import VenueError

READ_COST_S = 1 / 600
"""Between two reads, for each open order: a long list takes many pages of the venue's limit."""


SOON_S = 1.5
"""A list that is to wait for longer is left to the next round, and the trader is told meanwhile."""


class BookReader:
    """Puts what it reads into the ledger; `settled` is told of each report that a read settles."""

    def __init__(
        self,
        access: Access,
        courier: Courier,
        profile: AccountProfile,
        ledger: Ledger,
        precedence: Precedence,
        settled: Callable[[Report], None],
    ) -> None:
        self._access = access
        self._courier = courier
        self._profile = profile
        self._ledger = ledger
        self._precedence = precedence
        self._settled = settled
        self._history = OpenHistory()
        self._reading = Reading(access.clock, access.changed)
        self.trouble: VenueError | None = None
        """Why the last read of everything failed; None after one that did not."""
        self.pause_s = 0.0
        """For how long the venue, or what is in front of it, asks not to be asked again."""

    @property
    def known(self) -> bool:
        """Whether every kind that a button reaches has been read."""
        book = self._ledger.book
        return book is not None and self._profile.covered <= set(book.kinds)

    @property
    def listed(self) -> int:
        """Orders that the reads under way have listed so far; 0 while none takes long."""
        return self._reading.listed

    def past(self, now: Instant) -> OpenPast:
        """How many orders were open in the last hour."""
        return self._history.past(now)

    def spacing_s(self, kinds: tuple[str, ...]) -> float:
        """The least time between two reads of these kinds."""
        known = {kind.id: kind.spacing_s for kind in self._profile.kinds}
        open_now = self._ledger.book.count(kinds) if self._ledger.book else 0
        return max([known[kind] for kind in kinds if kind in known] + [open_now * READ_COST_S])

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        """A fresh listing of these kinds, begun after the call. Raises VenueError."""
        await self._precedence.give_way()
        begun_s = self._access.clock().mono_s
        talk = self._access.dialect.read_book(self._profile.now, kinds)
        with self._reading.listing() as listed:
            book = await self._courier.run(talk, READ_S, listed)
        now = self._access.clock()
        book = replace(book, read_at_ms=now.wall_ms)
        before = self._ledger.moves
        for settled in self._ledger.take(book, begun_s):
            self._settled(settled)
        if self._ledger.book is not None:
            self._history.take(now, self._ledger.book, book.kinds, self._profile.covered)
        if self._ledger.moves != before:
            self._access.changed()
        return book

    async def read_all(self, number: int, *, whole: bool) -> None:
        """Reads what is due at the read of this number, or everything.

        What is cancelled apart is read side by side: a press then finds as many warm connections
        as it needs, and a list that cannot be read hides no other.
        """
        known = self._ledger.book.kinds if self._ledger.book else ()
        due = [
            kind.id
            for kind in self._profile.kinds
            if whole or number % kind.every == 0 or kind.id not in known
        ]
        groups = [
            tuple(kind for kind in action.kinds if kind in due) for action in self._profile.actions
        ]
        troubles = await asyncio.gather(*(self._read_group(group) for group in groups if group))
        trouble = next(filter(None, troubles), None)
        if trouble is not None:
            self._history.lose(self._access.clock())
            if not trouble.limited:  # one request more is no help there
                self._access.venue_clock.resync()
        if trouble is not None or self.trouble is not None:
            self.trouble, self._ledger.error = trouble, str(trouble or "")
            self._access.changed()
        self.pause_s = max((one.pause_s for one in troubles if one is not None), default=0.0)
        if self.pause_s:
            return
        # What no button reaches comes last, and its failure says nothing of a press.
        covered = {kind for group in groups for kind in group}
        aside = await self._read_group(tuple(kind for kind in due if kind not in covered))
        self.pause_s = aside.pause_s if aside is not None else 0.0

    async def _read_group(self, kinds: tuple[str, ...]) -> VenueError | None:
        """Reads these kinds; why not, if it fails.

        A venue that is busy is asked twice more: OKX counts over two seconds, so that a read just
        after another one is refused still when it is tried again after one.
        """
        trouble: VenueError | None = None
        for _ in range(3 if kinds else 0):
            if trouble is not None:
                await asyncio.sleep(trouble.retry_after_s)
            try:
                await self.read_kinds(kinds)
                return None
            except VenueError as error:
                trouble = error
            if trouble.verdict is not Verdict.BUSY or trouble.retry_after_s > SOON_S:
                break
        return trouble
