"""One account at work: its routes, what is known of it, its cancel runs and its timer."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Action, Outcome, Report, Scope, Verdict
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Health
from tui.core.frames import Transport
from tui.core.orders import Book
from tui.core.secrets import Credentials
from tui.service.access import Access
from tui.service.cancel_run import RunLimits
from tui.service.courier import Courier
from tui.service.ledger import Ledger
from tui.service.open_history import OpenHistory
from tui.service.precedence import Precedence
from tui.service.readiness import health_of, key_note, routes_of
from tui.service.reading import Reading
from tui.service.recorder import Recorder
from tui.service.rest_route import RestRoute
from tui.service.runs import Runs
from tui.service.socket_route import SocketRoute
from tui.service.timers import Timers
from tui.service.venue_clock import VenueClock
from tui.venues import dialect_of
from tui.venues.base import Dialect, Profile, Talk, VenueError

POLL_S = 5.0
"""Between two reads of the book. They also keep the REST connection warm for the next press."""
READ_S = 4.0
"""The deadline of each call of a read."""
TIME_S = 1.0
"""How long a first login or question waits for the venue's clock."""
FAULT_S = 2.0
"""Before a task that failed by a fault of ours is started again."""
READ_COST_S = 1 / 600
"""Between two reads, for each open order: a long list takes many pages of the venue's limit."""
RETRY_S = 5.0
"""Between two tries to learn what the venue says of the account."""


class AccountWorker:
    """Runs in the service's loop; everything here is called from that loop."""

    opening = False
    held: Mapping[tuple[str | None, Scope], int] = MappingProxyType({})

    def __init__(
        self,
        account: Account,
        credentials: Credentials,
        recorder: Recorder,
        precedence: Precedence,
        clock: Clock,
        tls: ssl.SSLContext,
        changed: Callable[[], None],
        limits: RunLimits | None = None,
        poll_s: float = POLL_S,
        locks: Path | None = None,
        ended: Callable[[Report], None] = lambda _: None,
    ) -> None:
        """`ended` is told of each cancel that ended, and again when a read settles it."""
        self.account = account
        self._ended = ended
        self._precedence = precedence
        self._clock = clock
        self._changed = changed
        self._poll_s = poll_s
        self._dialect = self.speech(account)
        self._venue_clock = VenueClock(clock, changed)

        access = Access(
            account.name,
            self._dialect,
            credentials,
            recorder,
            clock,
            self._venue_clock,
            tls,
            changed,
        )
        self._access = access
        self._fault = ""
        """The last fault of our own, shown until killdesk is started anew."""
        self._rest = RestRoute(access, account.rest_url)
        self._socket: SocketRoute | None = None
        if account.ws_url is not None and self._dialect.keepalive is not None:
            self._socket = SocketRoute(access, account.ws_url, self._dialect.keepalive)
        self._courier = Courier(self._rest, self._socket)
        self.timers = Timers(account, access, self._set_timer, self.refresh, locks)
        self._profile = Profile()
        self._profile_trouble: VenueError | None = None
        self._profile_known = asyncio.Event()
        self._read_trouble: VenueError | None = None
        self._ledger = Ledger()
        self._open_history = OpenHistory()
        self._reading = Reading(clock, changed)
        self._runs = Runs(
            account,
            self,
            self._ledger,
            clock,
            self._venue_clock,
            limits or RunLimits(),
            changed,
            self._run_ended,
        )
        self._poll_now = asyncio.Event()
        self._read_whole = False
        self._in_background = asyncio.Lock()
        """Held by what no press waits for, one at a time: it opens no connections to idle later."""
        self._tasks: set[asyncio.Task[None]] = set()

    @staticmethod
    def speech(account: Account) -> Dialect:
        """How this account speaks with its venue."""
        return dialect_of(account)

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the account's tasks in the running loop."""
        self._spawn(lambda: self._venue_clock.run(self._ask_time), "clock")
        self._spawn(self._learn, "profile")
        self._spawn(self._poll, "poll")
        if self._socket is not None:
            self._spawn(self._connect, "socket")
        for work, name in self.timers.work():
            self._spawn(work, name)

    async def stop(self) -> None:
        """Ends every task and closes every connection."""
        running = self._runs.tasks
        for task in (*self._tasks, *running):
            task.cancel()
        await asyncio.gather(*self._tasks, *running, return_exceptions=True)
        self._rest.close()
        await self.timers.close()

    def _spawn(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> None:
        task = asyncio.create_task(self._keep_up(work, name), name=f"{self.account.name} {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_up(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> None:
        """Runs `work`, and again after a fault of ours: nothing here may end in silence."""
        while True:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001  a fault stays in its panel, and is shown there
                self._fault = f"a fault of killdesk's own in its {name}: {type(error).__name__}"
                self._access.record("rest", "note", self._fault, error=True)
                self._changed()
            await asyncio.sleep(FAULT_S)

    async def learned(self, at_most_s: float) -> None:
        """Returns when the venue has said what the account is, or after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._profile_known.wait()

    # --- commands ---------------------------------------------------------------------------------

    def cancel(
        self, action_id: str | None = None, scope: Scope = EVERYTHING
    ) -> list[asyncio.Task[Report]]:
        """Starts a run of one action, or of every action. A run of the same scope is joined."""
        actions = self._dialect.actions(self._profile)
        # A screen may still name an action that the account turned out not to have.
        chosen = [action for action in actions if action_id in (None, action.id)] or actions
        return [self._runs.start(action, scope) for action in chosen]

    async def cancel_to_the_end(self) -> list[Report]:
        """Cancels everything and waits for the outcomes."""
        self.cancel()
        while self._runs:
            await asyncio.wait(self._runs.tasks)
            await asyncio.sleep(0)
        return list(self._ledger.reports)

    def cancel_then_disarm(self) -> None:
        """The timers are the backstop: they go only when every cancel is confirmed."""

        async def cancelled() -> None:
            ended = await asyncio.gather(*map(asyncio.shield, self.cancel()))
            if ended and all(report.outcome is Outcome.CONFIRMED for report in ended):
                self.timers.disarm()

        self._spawn(cancelled, "cancel, then disarm")

    def refresh(self) -> None:
        """Reads the book now, with what is read more rarely otherwise."""
        self._read_whole = True
        self._poll_now.set()

    def _run_ended(self, action: Action, report: Report) -> None:
        actions = self._dialect.actions(self._profile)
        if action in actions or report.scope.orders:
            self._ledger.end(report, action, self._clock().mono_s)
            self._ended(report)
            self._ledger.forget_actions_not_in(one.id for one in actions)
            self._poll_now.set()
            return
        # The account turned out to be of another sort: the press goes on with what it does have.
        for another in actions:
            self._runs.start(another, report.scope)

    # --- what a run needs (RunPorts) --------------------------------------------------------------

    async def send_cancel(
        self, action: Action, scope: Scope, route: Transport, deadline_s: float
    ) -> Ack:
        talk = self._dialect.cancel(self._profile, action, scope, self._ledger.book, route)
        with self._precedence.sending():
            ack = await self._courier.run(talk, deadline_s)
        if ack.verdict is Verdict.BUSY:
            self._venue_clock.resync()  # a stale timestamp is one of the reasons
        if ack.wrong_account:
            await self._ask_profile()
        return ack

    def _set_timer(self, timer: str, countdown_s: int) -> Talk[Ack]:
        return self._dialect.set_timer(self._profile, timer, countdown_s)

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        await self._precedence.give_way()
        begun_s = self._clock().mono_s
        talk = self._dialect.read_book(self._profile, kinds)
        with self._reading.listing() as listed:
            book = await self._courier.run(talk, READ_S, listed)
        book = replace(book, read_at_ms=self._clock().wall_ms)
        for settled in self._ledger.take(book, begun_s):
            self._ended(settled)
        if self._ledger.book is not None:
            self._open_history.take(self._clock(), self._ledger.book, book.kinds, self._covered)
        self._changed()
        return book

    @property
    def round_trip_ms(self) -> float:
        """The way to the venue and back, by the slower route; 0 before anything was heard."""
        routes = (self._rest, self._socket)
        return max((route.round_trip_ms or 0.0 for route in routes if route), default=0.0)

    def route_up(self, route: Transport) -> bool:
        if route == "rest":
            return self._rest.up
        return self._socket is not None and self._socket.up

    def spacing_s(self, kinds: tuple[str, ...]) -> float:
        known = {kind.id: kind.spacing_s for kind in self._dialect.kinds(self._profile)}
        open_now = self._ledger.book.count(kinds) if self._ledger.book else 0
        return max([known[kind] for kind in kinds if kind in known] + [open_now * READ_COST_S])

    # --- what keeps running -----------------------------------------------------------------------

    async def _connect(self) -> None:
        assert self._socket is not None
        await self._time_known()
        await self._socket.run()

    async def _time_known(self) -> None:
        """What is signed is stamped with the venue's time: measured first, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TIME_S):
                await self._venue_clock.known.wait()

    async def _ask_time(self) -> int:
        """Lets a run have the warm connections to itself, once there is a time to go by."""
        while self._runs and self._venue_clock.known.is_set():
            await asyncio.wait(self._runs.tasks)
            await asyncio.sleep(0)
        async with self._in_background:
            return await self._courier.run(self._dialect.venue_time(), READ_S)

    async def _learn(self) -> None:
        await self._time_known()
        while not self._profile_known.is_set():
            await self._ask_profile()
            if not self._profile_known.is_set():
                await asyncio.sleep(RETRY_S)

    async def _ask_profile(self) -> None:
        try:
            self._profile = await self._courier.run(self._dialect.probe(), READ_S)
            self._profile_trouble = None
            self._profile_known.set()
            self._ledger.forget_actions_not_in(
                action.id for action in self._dialect.actions(self._profile)
            )
            self._ledger.keep_only(kind.id for kind in self._dialect.kinds(self._profile))
            self._poll_now.set()
        except VenueError as error:
            self._profile_trouble = error
        self._changed()

    async def _poll(self) -> None:
        """Reads the book again and again, except while a run of ours reads it anyway."""
        for number in count():
            self._poll_now.clear()
            if self._profile_known.is_set() and not self._runs:
                async with self._in_background:
                    await self._read_all(number)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._poll_now.wait()

    async def _read_all(self, number: int) -> None:
        """Reads side by side what is cancelled apart: a press then finds as many warm connections
        as it needs, and a list that cannot be read hides no other."""
        known = self._ledger.book.kinds if self._ledger.book else ()
        whole, self._read_whole = self._read_whole, False
        due = [
            kind.id
            for kind in self._dialect.kinds(self._profile)
            if whole or number % kind.every == 0 or kind.id not in known
        ]
        groups = [
            tuple(kind for kind in action.kinds if kind in due)
            for action in self._dialect.actions(self._profile)
        ]
        troubles = await asyncio.gather(*(self._read_group(group) for group in groups if group))
        self._read_trouble = next(filter(None, troubles), None)
        self._ledger.error = str(self._read_trouble or "")
        if self._read_trouble is not None:
            self._open_history.lose(self._clock())
            self._venue_clock.resync()
        self._changed()
        # What no button reaches comes last, and its failure says nothing of a press.
        covered = {kind for group in groups for kind in group}
        await self._read_group(tuple(kind for kind in due if kind not in covered))

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
            if trouble.verdict is not Verdict.BUSY:
                break
        return trouble

    # --- the picture ------------------------------------------------------------------------------

    @property
    def _book_known(self) -> bool:
        """Whether every kind that a button reaches has been read."""
        return self._ledger.book is not None and self._covered <= set(self._ledger.book.kinds)

    @property
    def _covered(self) -> set[str]:
        """The kinds that a button reaches."""
        return {kind for act in self._dialect.actions(self._profile) for kind in act.kinds}

    @property
    def view(self) -> AccountView:
        now = self._clock()
        routes = routes_of(self._rest, self._socket, now)
        health, reason = health_of(
            routes,
            self._profile,
            self._profile_known.is_set(),
            self._profile_trouble,
            self._book_known,
            self._read_trouble,
        )
        if self._fault and health is Health.READY:
            health, reason = Health.DEGRADED, self._fault
        return AccountView(
            name=self.account.name,
            venue=self.account.venue,
            title=self._dialect.spec.title,
            health=health,
            reason=reason,
            family=self._profile.family,
            paper=self.account.demo_trading,
            key_note=key_note(self._profile),
            routes=routes,
            kinds=self._dialect.kinds(self._profile),
            actions=self._dialect.actions(self._profile),
            book=self._ledger.book,
            book_error=self._ledger.error,
            runs=self._runs.views,
            reports=self._ledger.reports,
            timers=self.timers.views,
            on_quit=self.timers.on_quit,
            clock_offset_ms=self._venue_clock.shown_ms,
            open_past=self._open_history.past(now),
            reading=self._reading.listed,
        )
