"""Sends the cancels of one account: at once, and never more often than the venue takes repeats.

A call of a cancel waits for no read, for no other cancel and for no slot. One that is certainly
over the venue's limit, or a repeat that would be, is not sent: the run sends it when there is room.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from tui.core.actions import Ack, Verdict
from tui.core.clocks import Clock
from tui.core.formatting import seconds
from tui.service.cancel.send_pace import SendPace
from tui.service.network.dispatcher import Dispatcher
from tui.venues.base.messages import Call, Exchange, NoReply, RateLimit, Reply, RestCall
from tui.venues.base.protocol import VenueAdapter
from tui.venues.common.progress import Progress

REST_AT_ONCE = 32
"""REST calls of one cancel on the wire: each takes a connection, and to open one costs the other
accounts time. A cancel of everything has fewer, a long choice of orders has hundreds."""


@dataclass(slots=True, eq=False)
class _Calls:
    """What became of the calls of one cancel."""

    left: bool = False
    """At least one has left, or may have."""
    cancels_left: bool = False
    """So has one that is a cancel itself."""
    short: dict[str, RateLimit] = field(default_factory=dict)
    """The limits, by name, that had no room for one."""


class Sender:
    """Drives the exchanges of cancels. All cancels of one account share one count of its limits."""

    def __init__(self, courier: Dispatcher, adapter: VenueAdapter, clock: Clock) -> None:
        self._courier = courier
        self._adapter = adapter
        self._clock = clock
        self._pace = SendPace()

    async def cancel(self, exchange: Exchange[Ack], deadline_s: float, progress: Progress) -> Ack:
        """The meaning of the exchange; every call in it has `deadline_s`. Raises what that raises.

        The ack tells how much is done, and when a retry makes sense.
        """
        calls = _Calls()
        at_once = asyncio.Semaphore(REST_AT_ONCE)

        async def send(call: Call) -> Reply:
            if not isinstance(call, RestCall):
                return await self._send(call, deadline_s, progress, calls)
            async with at_once:
                return await self._send(call, deadline_s, progress, calls)

        try:
            batch = next(exchange)
            while True:
                batch = exchange.send(tuple(await asyncio.gather(*map(send, batch))))
        except StopIteration as end:
            ack: Ack = end.value
        ack = replace(ack, done=progress.done, parts=progress.parts, unsent=not calls.left)
        progress.paced |= bool(calls.short)
        if ack.verdict is not Verdict.BUSY or not calls.short:
            return ack
        now_s = self._clock().mono_s
        wait_s = min(self._pace.wait_s(limit, now_s) for limit in calls.short.values())
        return replace(ack, held=not calls.cancels_left, retry_after_s=wait_s or ack.retry_after_s)

    async def _send(
        self, call: Call, deadline_s: float, progress: Progress, calls: _Calls
    ) -> Reply:
        limit = self._adapter.limit(call)
        if isinstance(call, RestCall) and call.decides:
            reply = await self._courier.ask(call, deadline_s)
        elif limit is None:
            reply = await self._courier.carry(call, deadline_s, urgent=True)
        else:
            reply = await self._send_counted(call, limit, deadline_s, progress, calls)
        calls.left |= _may_have_left(reply)
        return reply

    async def _send_counted(
        self, call: Call, limit: RateLimit, deadline_s: float, progress: Progress, calls: _Calls
    ) -> Reply:
        now_s = self._clock().mono_s
        if not self._pace.may_go(limit, calls, now_s, paced=progress.paced):
            calls.short[limit.name] = limit
            text = f"the venue takes {limit.calls} in {seconds(limit.per_s)}"
            return NoReply(text, sent=False)
        use = self._pace.sent(limit, calls, now_s)
        reply = await self._courier.carry(call, deadline_s, urgent=True)
        calls.cancels_left |= _may_have_left(reply)
        if self._adapter.limited(reply):
            calls.short[limit.name] = limit
            self._pace.refused(use)
        elif not isinstance(reply, NoReply):
            self._pace.answered(use, self._clock().mono_s)
        elif not reply.sent:
            self._pace.refused(use)
        return reply


def _may_have_left(reply: Reply) -> bool:
    return not isinstance(reply, NoReply) or reply.sent
