"""One cancel run: sent, acknowledged, and read back until the venue itself says it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from tui.core.actions import Ack, Action, Outcome, Report, Scope, Step, Verdict
from tui.core.clocks import Clock
from tui.core.formatting import seconds
from tui.core.frames import Transport
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.common.progress import Progress

ATTEMPTS = 5
"""Sends of one run at most."""
READ_S = 4.0
"""What a read may take beyond the window, in which it was begun."""
LIMITED_S = 30.0
"""So long after the last acknowledgement a read is tried again that the venue refuses for nothing
but its limit: other programs share that, and such a refusal is no evidence of anything."""
READING_AGAIN = "asked too often, reading again"
DOUBTS = 2
"""Sends without a certain answer after which the book is asked instead."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """How long a run waits, in seconds."""

    ack_s: float = 1.5
    window_s: float = 5.0
    """From the last acknowledgement, or the last doubt, to the verdict on what is still open."""


class RunPorts(Protocol):
    """What a run needs of its account."""

    async def send_cancel(
        self,
        action: Action,
        scope: Scope,
        route: Transport,
        deadline_s: float,
        progress: Progress,
    ) -> Ack:
        """Sends by one route what `progress` does not have yet; the meaning of the replies.
        Raises VenueError."""
        ...

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        """A fresh listing, begun after the call. Raises VenueError."""
        ...

    def read_is_limited(self, kinds: tuple[str, ...]) -> bool:
        """Whether a read under way is held up because the venue was asked too often."""
        ...

    def route_up(self, route: Transport) -> bool: ...

    def spacing_s(self, kinds: tuple[str, ...]) -> float:
        """The least time between two reads of these kinds."""
        ...


class CancelRun:
    """Takes one action from the press to its outcome.

    `before` is the book as it was known at the press; an order that it does not hold, and that the
    venue dates after `pressed_ms` (the venue's clock, epoch ms), was placed since.
    """

    def __init__(
        self,
        report: Report,
        action: Action,
        ports: RunPorts,
        clock: Clock,
        limits: RunLimits,
        step: Callable[[str], None],
        before: Book | None,
        pressed_ms: float,
    ) -> None:
        self._report = report
        self._action = action
        self._scope = report.scope
        self._ports = ports
        self._clock = clock
        self._limits = limits
        self._show = step
        self._known = frozenset(order.order_id for order in before.orders) if before else None
        self._pressed_ms = pressed_ms
        self._start = clock()
        self._attempts = 0
        """Sends that did not get on."""
        self._progress = Progress()
        self._got_on_ms = 0.0
        """When the run last got on: a busy venue is waited for no longer than the window."""

    @property
    def report(self) -> Report:
        """What is known so far; the outcome counts only once the run has ended."""
        return self._report

    async def go(self) -> Report:
        """Runs to the end. Never raises; what cannot be known ends `unresolved`."""
        if foreign := sum(order.kind not in self._action.kinds for order in self._scope.orders):
            text = f"{foreign} of the chosen orders are of a kind that this does not cancel"
            self._end(Outcome.DENIED, message=text)
        else:
            ack = await self._send()
            while ack.verdict is not Verdict.REFUSED:
                left = await self._verify(ack)
                if left is None:
                    break
                if ack.verdict is Verdict.UNKNOWN:
                    # Never answered for certain, and the orders are there: it did not get through.
                    self._progress.renew()
                else:
                    self._attempts += 1  # for orders that nothing was sent for, but not for ever
                ack = await self._send()
            else:
                await self._refused(ack)
        self._report = replace(self._report, ended_ms=self._clock().wall_ms)
        return self._report

    # --- sending ----------------------------------------------------------------------------------

    async def _send(self) -> Ack:
        """Sends until the venue has answered for certain, by the other route where one is in doubt.

        A cancel-all may be sent twice without harm. A doubt goes to the other route at once, a
        second doubt to the book. What a busy venue has not taken is sent again, and nothing else,
        as soon as it may be, for as long as the run gets on.
        """
        self._show("sending")
        routes = sorted(self._action.routes, key=lambda route: not self._ports.route_up(route))
        ack = Ack(Verdict.UNKNOWN)
        doubts = 0
        self._got_on_ms = self._elapsed_ms()
        while self._attempts < ATTEMPTS:
            route = routes[0]
            began_ms, done = self._elapsed_ms(), self._progress.done
            ack = await self._send_once(route)
            self._note(ack, route, began_ms)
            got_on = self._progress.done > done
            if got_on:
                self._got_on_ms = self._elapsed_ms()
            elif not ack.held:  # what waits for another run of the account is no failure
                self._attempts += 1
            if ack.verdict in (Verdict.ACCEPTED, Verdict.NOTHING, Verdict.REFUSED):
                break
            if ack.verdict is Verdict.UNKNOWN:
                doubts += 1
                if doubts == DOUBTS:
                    break
                routes.append(routes.pop(0))
            elif len(routes) > 1 and not self._ports.route_up(route):
                routes.pop(0)
            else:
                again = "sending on" if got_on or ack.held else "asking again"
                self._show(f"{_in_words(ack)}, {again}")
                waited_ms = self._elapsed_ms() - self._got_on_ms
                if not ack.held and waited_ms + ack.retry_after_s * 1000 > (
                    self._limits.window_s * 1000
                ):
                    break
                await asyncio.sleep(ack.retry_after_s)
        certain = ack.verdict not in (Verdict.UNKNOWN, Verdict.BUSY)
        self._report = replace(
            self._report,
            ack_ms=self._elapsed_ms() if certain else None,
            code=ack.code,
            message=ack.text,
            failures=ack.failures,
        )
        return ack

    async def _send_once(self, route: Transport) -> Ack:
        try:
            return await self._ports.send_cancel(
                self._action, self._scope, route, self._limits.ack_s, self._progress
            )
        except VenueError as error:
            return error.ack

    def _note(self, ack: Ack, route: Transport, began_ms: float) -> None:
        if ack.held:
            return
        if ack.unsent:
            self._mark(f"tried by {route}", began_ms)
        else:
            attempts = self._report.attempts + 1
            self._report = replace(self._report, route=route, attempts=attempts)
            self._mark(f"sent by {route}", began_ms)
        self._mark(_in_words(ack))

    async def _refused(self, ack: Ack) -> None:
        """A refusal is final; one read still tells the trader what is open."""
        if not ack.code:
            self._end(Outcome.DENIED, ack_ms=None, route=None)
            return
        self._end(Outcome.REJECTED)
        try:
            left = await self._left()
        except VenueError:
            return
        self._end(Outcome.REJECTED, open_after=len(left), remaining=left)

    # --- verifying --------------------------------------------------------------------------------

    async def _verify(self, ack: Ack) -> tuple[OpenOrder, ...] | None:
        """Reads until the scope is empty or the window ends.

        Gives the orders that are open if the cancel should go out again, None at the end. While the
        venue refuses reads for their number alone, the window stays open, up to `LIMITED_S`.
        """
        self._show("reading the book")
        until_ms = self._elapsed_ms() + self._limits.window_s * 1000
        limited_until_ms = max(until_ms, self._elapsed_ms() + LIMITED_S * 1000)
        left: tuple[OpenOrder, ...] | None = None
        trouble: VenueError | None = None
        last = False
        while True:
            try:
                left = await self._left(until_ms, limited_until_ms)
                if trouble is not None and trouble.limited:
                    self._show("reading the book")
                trouble = None
            except VenueError as error:
                trouble = error
                self._mark("the book could not be read")
                if error.limited:
                    self._show(READING_AGAIN)
            if left is not None and trouble is None:
                if not left:
                    self._end(Outcome.CONFIRMED, open_after=0, confirmed_ms=self._elapsed_ms())
                    return None
                unsure = ack.verdict is Verdict.UNKNOWN
                if self._attempts < ATTEMPTS and (unsure or _spared(ack, left)):
                    return left
            pause_s = (
                trouble.retry_after_s if trouble else self._ports.spacing_s(self._action.kinds)
            )
            limited = trouble is not None and trouble.limited
            if self._elapsed_ms() + pause_s * 1000 >= (limited_until_ms if limited else until_ms):
                # A read that the venue was too busy for is the one that would have decided.
                if last or limited or trouble is None or trouble.verdict is not Verdict.BUSY:
                    break
                last = True
            await asyncio.sleep(pause_s)
        if left is None or trouble is not None:
            why = trouble.advice if trouble else ""
            text = f"{ack.text}; " if ack.text else ""
            self._end(
                Outcome.UNRESOLVED,
                code=ack.code or (trouble.code if trouble else ""),
                message=f"{text}the book cannot be read: {why}",
            )
            return None
        new = sum(map(self._is_new, left))
        self._end(Outcome.REMAINING, open_after=len(left), remaining=left, new_during=new)
        return None

    async def _left(
        self, until_ms: float | None = None, limited_until_ms: float = 0.0
    ) -> tuple[OpenOrder, ...]:
        """What is open in the scope now. Raises VenueError, also when the read takes too long."""
        if until_ms is None:
            until_ms = self._elapsed_ms() + self._limits.window_s * 1000
        read_s = max(0.0, until_ms - self._elapsed_ms()) / 1000 + READ_S
        reading = asyncio.ensure_future(self._ports.read_kinds(self._action.kinds))
        try:
            book = await self._within(reading, read_s, limited_until_ms)
        finally:
            reading.cancel()
        if not reads(book, self._action):
            # Not one list of the action: no evidence of anything.
            words = "; ".join(dict.fromkeys(words for _, words in book.refused))
            raise VenueError(Verdict.REFUSED, "", words or "a list is missing")
        left = in_scope(book, self._action, self._scope)
        self._mark(f"{len(left)} open")
        return left

    async def _within(
        self, reading: asyncio.Future[Book], most_s: float, limited_until_ms: float
    ) -> Book:
        """The book, if it comes in time; it has more time where only the limit holds it up."""
        began_ms = self._elapsed_ms()
        patience_s = most_s
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    return await asyncio.shield(reading)
            except TimeoutError:
                limited = self._ports.read_is_limited(self._action.kinds)
                if not limited or self._elapsed_ms() >= limited_until_ms:
                    took_s = max(most_s, (self._elapsed_ms() - began_ms) / 1000)
                    text = f"the read was not complete within {seconds(round(took_s))}"
                    raise VenueError(Verdict.UNKNOWN, "", text) from None
                self._show(READING_AGAIN)
                patience_s = READ_S

    def _is_new(self, order: OpenOrder) -> bool:
        if self._known is None or order.order_id in self._known:
            return False
        return order.created_ms is None or order.created_ms >= self._pressed_ms

    # --- the report -------------------------------------------------------------------------------

    def _end(self, outcome: Outcome, **known: object) -> None:
        self._report = replace(self._report, outcome=outcome, **known)  # type: ignore[arg-type]  # fields of Report

    def _mark(self, name: str, at_ms: float | None = None) -> None:
        step = Step(name, self._elapsed_ms() if at_ms is None else at_ms)
        self._report = replace(self._report, steps=(*self._report.steps, step))

    def _elapsed_ms(self) -> float:
        return self._clock().steady_since(self._start) * 1000


def _in_words(ack: Ack) -> str:
    """What a send came to. Only a venue that said so is busy: without its code, it said nothing."""
    match ack.verdict:
        case Verdict.BUSY if ack.parts > 1 and (ack.done or ack.held):
            return f"{ack.done} of {ack.parts} sent"
        case Verdict.UNKNOWN:
            return "no certain answer"
        case Verdict.BUSY if ack.unsent:
            return "no connection"
        case Verdict.BUSY if not ack.code:
            return "not all sent yet"
        case Verdict.BUSY:
            return "the venue is busy"
        case certain:
            return str(certain)


def _spared(ack: Ack, left: tuple[OpenOrder, ...]) -> bool:
    """Whether one of these orders is of a kind that no request was sent for."""
    return any(order.kind in ack.spared for order in left)


def reads(book: Book, action: Action) -> bool:
    """Whether the book says what the action leaves open: it has every list of the action that the
    venue does not refuse, and one at least."""
    kinds = set(action.kinds)
    return kinds <= book.named and not kinds.isdisjoint(book.kinds)


def in_scope(book: Book, action: Action, scope: Scope) -> tuple[OpenOrder, ...]:
    """The orders of a book that the action, so restricted, is meant to cancel."""
    return tuple(o for o in book.orders if o.kind in action.kinds and scope.covers(o))


def reread(report: Report, book: Book, action: Action) -> Report:
    """An ended report in the light of a later read of every kind it concerns.

    What was unresolved is settled; elsewhere what has appeared since is counted. Nothing is sent.
    """
    if not reads(book, action):
        return report
    left = in_scope(book, action, report.scope)
    if report.outcome is Outcome.UNRESOLVED:
        outcome = Outcome.REMAINING if left else Outcome.CONFIRMED
        return replace(
            report,
            outcome=outcome,
            open_after=len(left),
            remaining=left,
            ended_ms=book.read_at_ms,
            message=f"settled by a later read; {report.message}",
        )
    if report.outcome not in (Outcome.CONFIRMED, Outcome.REMAINING):
        return report
    seen = frozenset(order.order_id for order in report.remaining)
    return replace(report, new_since=sum(order.order_id not in seen for order in left))
