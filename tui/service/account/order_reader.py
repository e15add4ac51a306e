"""Reads the open orders of one account: some kinds for a cancel, or all of them side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import replace

from tui.core.actions import Report, Verdict
from tui.core.clocks import Clock, Instant
from tui.core.formatting import seconds
from tui.core.orders import Book
from tui.core.timeseries import OpenPast, Series, open_orders
from tui.service.account.context import AccountContext
from tui.service.account.ledger import Ledger
from tui.service.account.profile import AccountProfile
from tui.service.desk.cancel_priority import CancelPriority
from tui.service.network.dispatcher import READ_S, Dispatcher, ListCall
from tui.service.network.read_pace import ReadPace
from tui.service.network.shared_reads import Request, SharedReads
from tui.venues.base.errors import VenueError

READ_COST_S = 1 / 600
"""Between two reads, for each open order: a long list takes many pages of the venue's limit."""

TRIES = 3
FIRST_TRIES = 10
SOON_S = 1.5
"""A list that is to wait for longer is left to the next round, and the trader is told meanwhile."""
BEGIN_S = 0.3
"""A poll that has not begun after so long waits for room in the venue's limit."""


class BookReader:
    """Puts what it reads into the ledger.

    `settled` is told of each report that a read settles, `covered` of each press whose
    remainder is another one after reads of all that it holds.
    """

    def __init__(
        self,
        access: AccountContext,
        courier: Dispatcher,
        profile: AccountProfile,
        ledger: Ledger,
        precedence: CancelPriority,
        pace: ReadPace,
        settled: Callable[[Report], None],
        covered: Callable[[Report], None],
    ) -> None:
        self._access = access
        self._courier = courier
        self._profile = profile
        self._ledger = ledger
        self._precedence = precedence
        self._settled = settled
        self._covered = covered
        self._history = OpenOrderHistory()
        self._reading = Reading(access.clock, access.changed)
        self._shared = SharedReads(self._list, pace.look_again)
        self._refused: set[tuple[str, ...]] = set()
        """What the venue would not list the last time, because it was asked too often."""
        self._put_off: set[tuple[str, ...]] = set()
        """Lists whose last poll was given up for the venue's limit."""
        self._polls: dict[tuple[str, ...], asyncio.Task[None]] = {}
        """Under way, or over and not looked at yet."""
        self._troubles: dict[tuple[str, ...], VenueError | None] = {}
        """Why the last poll of each group that a button reaches failed."""
        self._trouble: VenueError | None = None
        self._asked_until_s = 0.0

    @property
    def pause_s(self) -> float:
        """For how long the venue, or what is in front of it, asks not to be asked again."""
        return max(0.0, self._asked_until_s - self._access.clock().mono_s)

    @property
    def known(self) -> bool:
        """Whether every kind that a button reaches has been read, or is refused by the venue."""
        book = self._ledger.book
        return book is not None and self._profile.covered <= book.named

    @property
    def trouble(self) -> VenueError | None:
        """Why the last read of what buttons reach failed; None after one that did not.

        A list that the venue refuses is no trouble of the account, unless it refuses every one.
        """
        refused = dict(self._ledger.book.refused) if self._ledger.book else {}
        covered = self._profile.covered
        if covered and covered <= refused.keys():
            words = dict.fromkeys(refused[kind] for kind in sorted(covered))
            return VenueError(Verdict.REFUSED, "", "; ".join(words))
        return self._trouble

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Why the counts of kinds that no action reaches are not known."""
        now_s, profile = self._access.clock().mono_s, self._profile
        ledger = self._ledger
        found = ledger.listings.reasons(profile.kinds, profile.covered, ledger.book, now_s)
        return tuple(found.items())

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

    async def close(self) -> None:
        """Ends what is being read."""
        for task in self._polls.values():
            task.cancel()
        await asyncio.gather(*self._polls.values(), return_exceptions=True)
        await self._shared.close()

    async def read_kinds(self, kinds: tuple[str, ...], *, urgent: bool = True) -> Book:
        """A listing of these kinds, begun after the call; who asks at the same time shares it.

        What is not `urgent`, a poll, gives way to what is. Raises VenueError.
        """
        return await self._shared.ask(kinds, urgent=urgent)

    def limited(self, kinds: tuple[str, ...]) -> bool:
        """Whether a read of these kinds is held up by the venue's limit."""
        return kinds in self._refused

    async def _list(self, request: Request, begin: Callable[[], None]) -> Book:
        kinds = request.kinds
        await self._precedence.wait_for_cancels()
        begun_s: list[float] = []

        def begins() -> None:
            begin()
            begun_s.append(self._access.clock().mono_s)

        exchange = self._access.adapter.read_book(self._profile.now, kinds)
        how = ListCall(lambda: request.urgent, begins, lambda: self._refused.add(kinds))
        try:
            with self._reading.listing() as listed:
                book = await self._courier.run(exchange, READ_S, listed, reading=how)
        finally:
            self._refused.discard(kinds)
        now = self._access.clock()
        book = replace(book, read_at_ms=now.wall_ms)
        before = self._ledger.moves, self.reasons
        for settled in self._ledger.take(book, begun_s[0] if begun_s else now.mono_s):
            self._settled(settled)
        self._cover()
        if self._ledger.book is not None:
            self._history.take(now, self._ledger.book, book.kinds, self._profile.covered)
        if (self._ledger.moves, self.reasons) != before:
            self._access.changed()
        return book

    async def read_all(self, number: int, *, whole: bool) -> None:
        """Reads what is due at the read of this number, or everything.

        What is cancelled apart is read side by side: a press then finds as many warm connections
        as it needs, and a list that cannot be read hides no other.
        """
        known = self._ledger.book.named if self._ledger.book else frozenset()
        due = [
            kind.id
            for kind in self._profile.kinds
            if whole or number % kind.every == 0 or not self._ledger.listings.read_since(kind.id)
        ]
        groups = [
            tuple(kind for kind in action.kinds if kind in due) for action in self._profile.actions
        ]
        covered = [group for group in groups if group]
        within = {kind for group in covered for kind in group}
        self._troubles = {kinds: self._troubles.get(kinds) for kinds in covered}
        # The first listing of all makes the account ready: it leaves no room for others.
        await self._poll({kinds: not set(kinds) <= known for kinds in covered})
        # What no button reaches comes last, one list after another, and its failure says nothing of
        # a press.
        rest = [kind for kind in due if kind not in within]
        for kind in rest if not self.pause_s else ():
            await self._poll({(kind,): False})

    async def _poll(self, groups: Mapping[tuple[str, ...], bool]) -> None:
        """Polls these lists, the urgent ones like a press. Returns when they are read, but for
        those that wait for room: they hold up no other list, and are read as soon as there is."""
        for kinds, task in list(self._polls.items()):
            if task.done():
                del self._polls[kinds]
                task.result()
        for kinds, urgent in groups.items():
            if kinds not in self._polls:
                self._polls[kinds] = asyncio.create_task(self._poll_group(kinds, urgent=urgent))
        mine = {kinds: self._polls[kinds] for kinds in groups}
        if mine:
            await asyncio.wait(mine.values(), timeout=BEGIN_S)
        begun = [task for kinds, task in mine.items() if not self._shared.waits(kinds)]
        await asyncio.gather(*begun)

    async def _poll_group(self, kinds: tuple[str, ...], *, urgent: bool) -> None:
        trouble = await self._read_group(kinds, urgent=urgent)
        if kinds not in self._troubles:
            if trouble is not None:
                self._failed(kinds, str(trouble))
            return
        self._troubles[kinds] = trouble
        if trouble is not None:
            self._history.lose(self._access.clock())
            if not trouble.limited:  # one request more is no help there
                self._access.venue_clock.resync()
        first = next(filter(None, self._troubles.values()), None)
        if first is not None or self._trouble is not None:
            self._trouble, self._ledger.error = first, str(first or "")
            self._access.changed()

    async def read_remainder(self, most_s: float) -> None:
        """Lists what no action reaches, each kind that was not since the last press; the reason
        why is noted of a kind of which that fails, or takes longer than this."""
        covered = self._profile.covered
        reads = {
            kind.id: asyncio.create_task(self._read_group((kind.id,), urgent=True))
            for kind in self._profile.kinds
            if kind.id not in covered and not self._ledger.listings.read_since(kind.id)
        }
        if reads:
            await asyncio.wait(reads.values(), timeout=most_s)
        for kind, task in reads.items():
            if not task.done():
                task.cancel()
                self._failed((kind,), f"no answer within {seconds(round(most_s))}")
            elif (trouble := task.result()) is not None:
                self._failed((kind,), str(trouble))
        await asyncio.gather(*reads.values(), return_exceptions=True)

    def _failed(self, kinds: tuple[str, ...], why: str) -> None:
        self._ledger.listings.failed(kinds, why)
        self._cover()
        self._access.changed()

    def _cover(self) -> None:
        now_s = self._access.clock().mono_s
        for report in self._ledger.cover(self._profile.kinds, now_s):
            self._covered(report)
            self._access.changed()

    async def _read_group(self, kinds: tuple[str, ...], *, urgent: bool) -> VenueError | None:
        """Reads these kinds; why not, if it fails.

        A venue that is busy is asked twice more, and oftener if only its limit stops the first read
        of the account. A poll that the limit stops leaves that to presses, here and in other
        programs; it is a trouble when the next one fares no better.
        """
        trouble: VenueError | None = None
        for number in range(FIRST_TRIES if kinds else 0):
            if number >= TRIES and not (trouble and trouble.limited):
                break
            if trouble is not None:
                await asyncio.sleep(trouble.retry_after_s)
            try:
                await self.read_kinds(kinds, urgent=urgent)
            except VenueError as error:
                trouble = error
            else:
                self._put_off.discard(kinds)
                return None
            if trouble.pause_s:
                until_s = self._access.clock().mono_s + trouble.pause_s
                self._asked_until_s = max(self._asked_until_s, until_s)
            if trouble.verdict is not Verdict.BUSY or trouble.retry_after_s > SOON_S:
                break
            if trouble.limited and not urgent:
                if kinds not in self._put_off:
                    self._put_off.add(kinds)
                    return None
                return trouble
        return trouble


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


class OpenOrderHistory:
    """Takes every listing of the account, and tells the hour."""

    def __init__(self) -> None:
        self._total = open_orders()
        self._kinds: dict[str, Series] = {}
        self._told = OpenPast()

    def take(self, now: Instant, book: Book, read: Iterable[str], covered: Set[str]) -> None:
        """What is known after a read of the kinds `read`.

        The total is that of the `covered` kinds, those that a button reaches. It is told once all
        of them have been read; what the venue refuses to list is not in it.
        """
        counts = book.counts
        for kind in read:
            if kind in book.kinds:
                self._kinds.setdefault(kind, open_orders()).add(now, counts.get(kind, 0))
        if covered <= book.named and not covered.isdisjoint(book.kinds):
            self._total.add(now, sum(counts.get(kind, 0) for kind in covered))

    def lose(self, now: Instant) -> None:
        """A read has failed."""
        self._total.lose(now)

    def past(self, now: Instant) -> OpenPast:
        """The hour: the same object until the next minute is over."""
        total = self._total.past(now)
        if total is not self._told.total:
            kinds = ((kind, series.past(now)) for kind, series in self._kinds.items())
            self._told = OpenPast(total, tuple((k, past) for k, past in kinds if past.stretches))
        return self._told
