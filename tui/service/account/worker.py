"""One account at work: its routes, its cancels, its timer, and what keeps running for it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Action, Outcome, Report, Scope, Verdict
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Health
from tui.core.frames import Transport
from tui.core.orders import Book
from tui.core.secrets import Credentials
from tui.service.account.context import AccountContext
from tui.service.account.health import health_of, key_note, routes_of
from tui.service.account.ledger import Ledger, Reach
from tui.service.account.order_reader import BookReader
from tui.service.account.profile import AccountProfile
from tui.service.account.supervisor import TaskSupervisor
from tui.service.account.venue_clock import VenueClock
from tui.service.cancel.active_runs import ActiveRuns, Press
from tui.service.cancel.run import RunLimits
from tui.service.cancel.sender import Sender
from tui.service.deadman.timers import Timers
from tui.service.desk.cancel_priority import CancelPriority
from tui.service.desk.scheduling import WakeableSleep
from tui.service.network.dispatcher import READ_S, Dispatcher
from tui.service.network.frame_recorder import Recorder
from tui.service.network.read_pace import ReadPace
from tui.service.network.rest_route import RestRoute
from tui.service.network.websocket_route import SocketRoute
from tui.venues import adapter_for
from tui.venues.base.messages import Exchange, Market
from tui.venues.base.protocol import VenueAdapter
from tui.venues.common.progress import Progress

POLL_S = 5.0
"""Between two reads of the book. They also keep the REST connection warm for the next press."""
LATELY_S = 10.0
"""For so long after a press orders may be where it found some, whatever the book says."""
REMAINDER_S = 10.0
"""What a cancel without a screen gives the lists of what it does not cover, once it has ended."""
STOPPED = "killdesk stopped this account before the outcome was known"
TIME_S = 1.0
"""How long a first login or question waits for the venue's clock."""


class AccountWorker:
    """Runs in the service's loop; everything here is called from that loop."""

    def __init__(
        self,
        account: Account,
        credentials: Credentials,
        recorder: Recorder,
        precedence: CancelPriority,
        clock: Clock,
        tls: ssl.SSLContext,
        changed: Callable[[], None],
        limits: RunLimits | None = None,
        poll_s: float = POLL_S,
        locks: Path | None = None,
        ended: Callable[[Report], None] = lambda _: None,
        covered: Callable[[Report], None] = lambda _: None,
    ) -> None:
        """`ended` is told of each cancel that ended, and again when a read settles it; `covered` of
        each press whose remainder is another one after reads of all that it holds."""
        self.account = account
        self._ended = ended
        self._precedence = precedence
        self._clock = clock
        self._changed = changed
        self._poll_s = poll_s
        self._adapter = self.speech(account)
        self._venue_clock = VenueClock(clock, changed)

        access = AccountContext(
            account.name,
            self._adapter,
            credentials,
            recorder,
            clock,
            self._venue_clock,
            tls,
            changed,
        )
        self._upkeep = TaskSupervisor(access)
        self._rest = RestRoute(access, account.rest_url, spare=self._adapter.spec.press_calls)
        self._socket: SocketRoute | None = None
        if account.ws_url is not None and self._adapter.keepalive is not None:
            self._socket = SocketRoute(access, account.ws_url, self._adapter.keepalive)
        pace = ReadPace(self._adapter.read_limit)
        self._courier = Dispatcher(
            self._rest, self._socket, self._adapter.limited, pace, access.remedy
        )
        self._sender = Sender(self._courier, self._adapter, clock)
        self._occupied_s: dict[Market, float] = {}
        """Where presses found orders, and when the last did so, monotonic."""
        self.timers = Timers(account, access, self._set_timer, self.refresh, locks)
        self._profile = AccountProfile(access, self._courier, self._profile_told)
        self._ledger = Ledger()
        self._books = BookReader(
            access, self._courier, self._profile, self._ledger, precedence, pace, ended, covered
        )
        self._runs = ActiveRuns(
            account,
            self,
            self._ledger,
            clock,
            self._venue_clock,
            limits or RunLimits(),
            changed,
            self._run_ended,
        )
        self._poll_now = WakeableSleep()
        self._read_whole = False
        self._in_background = asyncio.Lock()
        """Held by what no press waits for, one at a time: it opens no connections to idle later."""

    @staticmethod
    def speech(account: Account) -> VenueAdapter:
        """How this account speaks with its venue."""
        return adapter_for(account)

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the account's tasks in the running loop."""
        self._upkeep.start(lambda: self._venue_clock.run(self._ask_time), "clock")
        self._upkeep.start(self._learn, "profile")
        self._upkeep.start(self._poll, "poll")
        if self._socket is not None:
            self._upkeep.start(self._connect, "socket")
        for work, name in self.timers.work():
            self._upkeep.start(work, name)

    async def stop(self) -> None:
        """Ends every task and closes every connection; a cancel under way ends unresolved."""
        now_ms = self._clock().wall_ms
        for report in self._under_way(STOPPED):
            self._ended(replace(report, ended_ms=now_ms))
        running = (*self._upkeep.tasks, *self._runs.tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._books.close()
        self._rest.close()
        await self.timers.close()

    async def learned(self, at_most_s: float) -> None:
        """Returns when the venue has said what the account is, or after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._profile.known.wait()

    def take_denied(self, reports: Iterable[Report]) -> None:
        """Shows what was denied while the account had no credentials."""
        for report in reports:
            for action in self._profile.actions:
                if action.id == report.action:
                    self._ledger.end(report, action, self._clock().mono_s)

    # --- commands ---------------------------------------------------------------------------------

    def cancel(
        self, action_id: str | None = None, scope: Scope = EVERYTHING
    ) -> list[asyncio.Future[Report]]:
        """Starts a run of one action, or of every action, whatever is under way already."""
        actions = self._profile.actions
        # A screen may still name an action that the account turned out not to have.
        chosen = [action for action in actions if action_id in (None, action.id)] or actions
        press = Press(scope, self._clock().mono_s)
        self._ledger.listings.pressed(press.at_s)
        return [self._runs.start(action, press) for action in chosen]

    async def cancel_to_the_end(self) -> list[Report]:
        """Cancels everything, waits for the outcomes, and reads what no action reaches."""
        self.cancel()
        while self._runs:
            await asyncio.wait(self._runs.outcomes)
        await self._books.read_remainder(REMAINDER_S)
        return list(self._ledger.reports)

    def reports_so_far(self, message: str) -> list[Report]:
        """The outcomes, and what is under way, of which `message` is said."""
        under_way = self._under_way(message)
        actions = {report.action for report in under_way}
        return [*(one for one in self._ledger.reports if one.action not in actions), *under_way]

    def _under_way(self, message: str) -> list[Report]:
        return [
            self._ledger.covered(report, self._reach(press), self._profile.kinds, self._now_s)
            for report, press in self._runs.reports_so_far(message)
        ]

    def cancel_then_disarm(self) -> None:
        """The timers are the backstop: they go only when every cancel is confirmed."""

        async def cancelled() -> None:
            ended = await asyncio.gather(*map(asyncio.shield, self.cancel()))
            if ended and all(report.outcome is Outcome.CONFIRMED for report in ended):
                self.timers.disarm()

        self._upkeep.start(cancelled, "cancel, then disarm")

    def refresh(self) -> None:
        """Reads the book now, with what is read more rarely otherwise."""
        self._read_whole = True
        self._poll_now.ring()

    def _run_ended(self, action: Action, report: Report, press: Press) -> None:
        actions = self._profile.actions
        if action in actions or report.scope.orders:
            reach, now_s = self._reach(press), self._now_s
            report = self._ledger.covered(report, reach, self._profile.kinds, now_s)
            self._ledger.end(report, action, now_s, reach)
            self._ended(report)
            self._ledger.forget_actions_not_in(one.id for one in actions)
            self._poll_now.ring()
            return
        # The account turned out to be of another sort: the press goes on with what it does have.
        self._runs.carry_over(press, actions)

    def _reach(self, press: Press) -> Reach:
        chosen = (one.kinds for one in self._profile.actions if one.id in press.actions)
        return Reach(frozenset().union(*chosen), press.at_s)

    @property
    def _now_s(self) -> float:
        return self._clock().mono_s

    # --- what a run needs (RunPorts) --------------------------------------------------------------

    async def send_cancel(
        self,
        action: Action,
        scope: Scope,
        route: Transport,
        deadline_s: float,
        progress: Progress,
    ) -> Ack:
        book, now_s = self._ledger.book, self._clock().mono_s
        self._occupied_s = {
            market: at_s for market, at_s in self._occupied_s.items() if now_s - at_s < LATELY_S
        }
        lately = frozenset(self._occupied_s)
        orders = book.orders if book else ()
        self._occupied_s |= {(order.kind, order.contract): now_s for order in orders}
        exchange = self._adapter.cancel(
            self._profile.now, action, scope, book, route, progress, lately
        )
        with self._precedence.sending():
            exchange = self._courier.advised(exchange)
            ack = await self._sender.cancel(exchange, deadline_s, progress)
        if ack.verdict is Verdict.BUSY and not ack.held:
            self._venue_clock.resync()  # a stale timestamp is one of the reasons
        if ack.wrong_account:
            await self._profile.ask()
        return ack

    def _set_timer(self, timer: str, countdown_s: int) -> Exchange[Ack]:
        return self._adapter.set_timer(self._profile.now, timer, countdown_s)

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        return await self._books.read_kinds(kinds)

    def read_is_limited(self, kinds: tuple[str, ...]) -> bool:
        return self._books.limited(kinds)

    def spacing_s(self, kinds: tuple[str, ...]) -> float:
        return self._books.spacing_s(kinds)

    @property
    def round_trip_ms(self) -> float:
        """The way to the venue and back, by the slower route; 0 before anything was heard."""
        routes = (self._rest, self._socket)
        return max((route.round_trip_ms or 0.0 for route in routes if route), default=0.0)

    def route_up(self, route: Transport) -> bool:
        if route == "rest":
            return self._rest.up
        return self._socket is not None and self._socket.up

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
            await asyncio.wait(self._runs.outcomes)
        async with self._in_background:
            return await self._courier.run(self._adapter.venue_time(), READ_S)

    async def _learn(self) -> None:
        await self._time_known()
        await self._profile.learn()

    def _profile_told(self) -> None:
        self._ledger.forget_actions_not_in(action.id for action in self._profile.actions)
        self._ledger.keep_only(kind.id for kind in self._profile.kinds)
        self._poll_now.ring()

    async def _poll(self) -> None:
        """Reads the book again and again, except while a run of ours reads it anyway."""
        for number in count():
            self._poll_now.hush()
            if self._profile.known.is_set() and not self._runs:
                async with self._in_background:
                    whole, self._read_whole = self._read_whole, False
                    await self._books.read_all(number, whole=whole)
            await self._poll_now.sleep(max(self._poll_s, self._books.pause_s))

    # --- the picture ------------------------------------------------------------------------------

    @property
    def view(self) -> AccountView:
        now = self._clock()
        routes = routes_of(self._rest, self._socket, now)
        health, reason = health_of(
            routes,
            self._profile.now,
            self._profile.known.is_set(),
            self._profile.trouble,
            self._books.known,
            self._books.trouble,
        )
        if self._upkeep.fault and health is Health.READY:  # shown until killdesk is started anew
            health, reason = Health.DEGRADED, self._upkeep.fault
        return AccountView(
            name=self.account.name,
            venue=self.account.venue,
            title=self._adapter.spec.title,
            health=health,
            reason=reason,
            family=self._profile.now.family,
            paper=self.account.demo_trading,
            key_note=key_note(self._profile.now),
            routes=routes,
            kinds=self._profile.kinds,
            actions=self._profile.actions,
            book=self._ledger.book,
            book_error=self._ledger.error,
            runs=self._runs.views,
            reports=self._ledger.reports,
            earlier=self._ledger.earlier,
            timers=self.timers.views,
            on_quit=self.timers.on_quit,
            clock_offset_ms=self._venue_clock.shown_ms,
            open_past=self._books.past(now),
            reading=self._books.listed,
            reasons=self._books.reasons,
        )
