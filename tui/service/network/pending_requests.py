"""Socket requests that wait for their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tui.core.clocks import Instant
from tui.venues.base.messages import NoReply, Reply


@dataclass(slots=True)
class Waiting:
    """One request on its way: who waits, and once it has left, its frame and when that was."""

    reply: asyncio.Future[Reply]
    has_left: Callable[[], int]
    """Records the request as one that has left; gives the number of its frame."""
    sent: Instant
    frame: int | None = None

    def left(self, now: Instant) -> int:
        """It has left, by `now` at the latest. Gives the number of its frame."""
        if self.frame is None:
            self.sent, self.frame = now, self.has_left()
        return self.frame


class Pending:
    """By request id; an answer that comes after its request was given up finds nobody."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def add(self, request_id: str, has_left: Callable[[], int], begun: Instant) -> Waiting:
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        waiting = self._waiting[request_id] = Waiting(reply, has_left, begun)
        return waiting

    def get(self, request_id: str) -> Waiting | None:
        return self._waiting.get(request_id)

    def forget(self, request_id: str) -> None:
        self._waiting.pop(request_id, None)

    def answer(self, waiting: Waiting, reply: Reply) -> None:
        if not waiting.reply.done():
            waiting.reply.set_result(reply)

    def fail_all_unknown(self, reason: str) -> None:
        """Every request in flight may have been carried out, and no answer will tell."""
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            self.answer(one, NoReply(reason, sent=True))
