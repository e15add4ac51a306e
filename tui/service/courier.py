"""Carries a venue's talks over the account's routes, each batch of calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from tui.service.rest_route import RestRoute
from tui.service.socket_route import SocketRoute
from tui.venues.base import Call, NoReply, Reply, RestCall, RestReply, Talk

T = TypeVar("T")

READ_S = 4.0
"""The deadline of each call of a read."""

LIMITED_S = 1.1
LIMITED_TRIES = 4
"""A page that is over the rate limit is asked for again; OKX gives two pages of quotes in 2 s, HTX
72 in 3 s."""

AT_ONCE = 12
"""Calls of one batch on the wire."""


class Courier:
    """Drives talks that read, ask or beat; what a cancel says goes by `tui.service.sender`."""

    def __init__(
        self,
        rest: RestRoute,
        socket: SocketRoute | None = None,
        limited: Callable[[Reply], bool] = lambda _: False,
    ) -> None:
        """`limited` tells whether the venue was asked too often."""
        self._rest = rest
        self._socket = socket
        self._limited = limited

    async def run(
        self,
        talk: Talk[T],
        deadline_s: float,
        listed: Callable[[int], None] = lambda _: None,
    ) -> T:
        """The meaning of the talk; every call in it has `deadline_s`. Raises what the talk raises.

        A call that gets no answer reaches the talk as `NoReply`, never as an exception. `listed` is
        told how many orders a list of several pages has shown so far.
        """
        asked: list[Call] = []
        try:
            calls = next(talk)
            while True:
                replies = await self._carry_all(calls, asked, deadline_s, listed)
                asked += calls
                calls = talk.send(tuple(replies))
        except StopIteration as end:
            meaning: T = end.value
            return meaning

    async def _carry_all(
        self,
        calls: tuple[Call, ...],
        asked: Sequence[Call],
        deadline_s: float,
        listed: Callable[[int], None],
    ) -> list[Reply]:
        """All at once, up to so many that one account's burst does not hold up another's beat."""
        at_once = asyncio.Semaphore(AT_ONCE)

        pages = sorted(call.listed for call in calls if isinstance(call, RestCall) and call.listed)

        def got_on() -> None:
            if pages:
                listed(pages.pop(0))

        async def carry(call: Call) -> Reply:
            async with at_once:
                if _is_next_page(call, asked):
                    reply = await self._carry_on(call, deadline_s)
                else:
                    reply = await self.carry(call, deadline_s)
            got_on()
            return reply

        got_on()
        if len(calls) == 1:  # most have one, which needs no task of its own
            return [await carry(calls[0])]
        return await asyncio.gather(*map(carry, calls))

    async def _carry_on(self, call: Call, deadline_s: float) -> Reply:
        """The next page of a list half read: to start over would meet the same rate limit."""
        reply = await self.carry(call, deadline_s)
        for _ in range(LIMITED_TRIES - 1):
            if not self._limited(reply):
                break
            asked_s = reply.retry_after_s if isinstance(reply, RestReply) else None
            await asyncio.sleep(max(LIMITED_S, asked_s or 0.0))
            reply = await self.carry(call, deadline_s)
        return reply

    async def carry(self, call: Call, deadline_s: float, *, urgent: bool = False) -> Reply:
        """Sends one call by its route; an `urgent` one waits for no other. Never raises."""
        if isinstance(call, RestCall):
            within_s = deadline_s if call.within_s is None else min(call.within_s, deadline_s)
            return await self._rest.call(call, within_s, urgent=urgent)
        if self._socket is None:
            return NoReply("this account has no socket", sent=False)
        return await self._socket.call(call, deadline_s)


def _is_next_page(call: Call, asked: Sequence[Call]) -> bool:
    """Whether the call asks for what one before it asked for, and more: from where to go on."""
    return (
        isinstance(call, RestCall)
        and call.method == "GET"
        and any(
            isinstance(before, RestCall)
            and before.path == call.path
            and set(before.query) < set(call.query)
            for before in asked
        )
    )
