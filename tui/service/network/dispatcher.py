"""Carries a venue's exchanges over the account's routes, each batch of calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tui.service.network.read_pace import ReadPace
from tui.service.network.rest_route import RestRoute
from tui.service.network.websocket_route import SocketRoute
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    TOO_MANY_REQUESTS,
    Call,
    Exchange,
    NoReply,
    Reply,
    RestCall,
    RestReply,
)
from tui.venues.common.exchanges import advised

T = TypeVar("T")

READ_S = 4.0
"""The deadline of each call of a read."""

LIMITED_S = 30.0
"""So long a read that the venue has begun to answer is continued though it is asked too often."""
POLL_LIMITED_S = 5.0
"""The same where no press waits for it."""
QUESTION_S = 10.0
"""The same of a question that a cancel depends on."""
PAUSE_S = 1.1
"""Before it is asked again, where the limit is not known."""
HELD_BACK = NoReply("other programs use up the venue's limit", sent=False)
"""In place of an answer to a poll, which leaves the limit to presses."""
ERROR_BYTES = 4096
"""No venue refuses at greater length; a long list is not parsed to see that it is none."""

AT_ONCE = 12
"""Calls of one batch on the wire."""


@dataclass(frozen=True, slots=True)
class ListCall:
    """How a list of open orders is to be read: within the venue's limit."""

    urgent: Callable[[], bool] = lambda: True
    """Whether a press waits for it."""
    begins: Callable[[], None] = lambda: None
    """Called when a call of it leaves."""
    refused: Callable[[], None] = lambda: None
    """Called when it was asked too often, and is asked again."""


class Dispatcher:
    """Drives exchanges that read, ask or beat; cancels go by `tui.service.cancel.sender`."""

    def __init__(
        self,
        rest: RestRoute,
        socket: SocketRoute | None = None,
        limited: Callable[[Reply], bool] = lambda _: False,
        pace: ReadPace | None = None,
        remedy: Callable[[str], str] = lambda _: "",
    ) -> None:
        """`limited` tells whether the venue was asked too often; `remedy` what to do about a code
        of the venue's, which every refusal then says."""
        self._rest = rest
        self._socket = socket
        self._limited = limited
        self._pace = pace or ReadPace(lambda _: None)
        self._remedy = remedy

    async def run(
        self,
        exchange: Exchange[T],
        deadline_s: float,
        listed: Callable[[int], None] = lambda _: None,
        reading: ListCall | None = None,
    ) -> T:
        """The meaning of the exchange; every call in it has `deadline_s`. Raises what that raises.

        A call without an answer reaches the exchange as `NoReply`, never as an exception. `listed`
        is called with how many orders a list of several pages has shown so far. With `reading` the
        calls keep to the venue's limit, and what is refused for that limit is asked again, unless
        nothing has been answered yet: whoever asked then asks again, together with others.
        """
        exchange = self.advised(exchange)
        calls: tuple[Call, ...] = ()
        replies: list[Reply] = []
        begun = False
        try:
            calls = next(exchange)
            while True:
                replies = await self._carry_all(calls, deadline_s, listed, reading)
                if reading is not None and (begun or len(self._refused(replies)) < len(calls)):
                    await self._ask_again(calls, replies, deadline_s, reading)
                begun = True
                calls = exchange.send(tuple(replies))
        except StopIteration as end:
            meaning: T = end.value
            return meaning
        except VenueError as error:
            refused = self._refused(replies)
            if refused or HELD_BACK in replies:
                error.limited = True
                pauses = (self._pace.pause_s(calls[number]) for number in refused)
                error.retry_after_s = max(pauses, default=0.0) or error.retry_after_s
            raise

    def advised(self, exchange: Exchange[T]) -> Exchange[T]:
        """`exchange`, whose refusals say what to do about them."""
        return advised(exchange, self._remedy)

    async def _carry_all(
        self,
        calls: tuple[Call, ...],
        deadline_s: float,
        listed: Callable[[int], None],
        reading: ListCall | None,
    ) -> list[Reply]:
        """All at once, up to so many that one account's burst does not hold up another's beat."""
        at_once = asyncio.Semaphore(AT_ONCE)

        pages = sorted(call.listed for call in calls if isinstance(call, RestCall) and call.listed)

        def got_on() -> None:
            if pages:
                listed(pages.pop(0))

        async def carry(call: Call) -> Reply:
            async with at_once:
                reply = await self._list(call, deadline_s, reading)
            got_on()
            return reply

        got_on()
        if len(calls) == 1:  # most have one, which needs no task of its own
            return [await carry(calls[0])]
        return await asyncio.gather(*map(carry, calls))

    async def _ask_again(
        self, calls: Sequence[Call], replies: list[Reply], deadline_s: float, reading: ListCall
    ) -> None:
        """Replaces the replies to what was asked too often, and leaves the others as they are: to
        start over would meet the same limit."""
        began_s = _now_s()
        while refused := self._refused(replies):
            reading.refused()
            pause_s = self._pause_s([calls[number] for number in refused])
            most_s = LIMITED_S if reading.urgent() else POLL_LIMITED_S
            if _now_s() + pause_s - began_s >= most_s:
                return
            await asyncio.sleep(pause_s)
            again = [self._list(calls[number], deadline_s, reading) for number in refused]
            for number, reply in zip(refused, await asyncio.gather(*again), strict=True):
                replies[number] = reply

    async def _list(self, call: Call, deadline_s: float, reading: ListCall | None) -> Reply:
        """Sends one call of an exchange; one of a list when there is room for it."""
        if reading is not None:
            if not await self._pace.room(call, reading.urgent):
                return HELD_BACK
            reading.begins()
        return await self.carry(call, deadline_s)

    async def ask(self, call: Call, deadline_s: float) -> Reply:
        """Sends a question that the meaning of a cancel depends on; again, for a while, as long as
        the venue refuses it because it was asked too often. Never raises."""
        began_s = _now_s()
        while True:
            reply = await self.carry(call, deadline_s, urgent=True)
            pause_s = self._pause_s([call])
            if not self._is_refusal(reply) or _now_s() + pause_s - began_s >= QUESTION_S:
                return reply
            await asyncio.sleep(pause_s)

    async def carry(self, call: Call, deadline_s: float, *, urgent: bool = False) -> Reply:
        """Sends one call by its route; an `urgent` one waits for no other. Never raises."""
        if isinstance(call, RestCall):
            within_s = deadline_s if call.within_s is None else min(call.within_s, deadline_s)
            answered = self._pace.left(call)
            reply = await self._rest.call(call, within_s, urgent=urgent)
            asked_s = reply.retry_after_s if isinstance(reply, RestReply) else None
            answered(self._is_refusal(reply), asked_s or 0.0)
            return reply
        if self._socket is None:
            return NoReply("this account has no socket", sent=False)
        return await self._socket.call(call, deadline_s)

    def _pause_s(self, refused: Sequence[Call]) -> float:
        return max(self._pace.pause_s(call) for call in refused) or PAUSE_S

    def _refused(self, replies: Sequence[Reply]) -> list[int]:
        """The places of the replies that refuse because the venue was asked too often."""
        return [number for number, reply in enumerate(replies) if self._is_refusal(reply)]

    def _is_refusal(self, reply: Reply) -> bool:
        if not isinstance(reply, RestReply):
            return False
        if len(reply.body) > ERROR_BYTES:
            return reply.status == TOO_MANY_REQUESTS
        return self._limited(reply)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
