"""Socket requests that wait for their answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tui.core.clocks import Instant
from tui.venues.base import NoReply, Reply


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request on its way: who waits, the number of its frame, and when it left."""

    reply: asyncio.Future[Reply]
    frame: int
    sent: Instant


class Pending:
    """By request id; an answer that comes after its request was given up finds nobody."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def add(self, request_id: str, frame: int, sent: Instant) -> asyncio.Future[Reply]:
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = Waiting(reply, frame, sent)
        return reply

    def get(self, request_id: str) -> Waiting | None:
        return self._waiting.get(request_id)

    def forget(self, request_id: str) -> None:
        self._waiting.pop(request_id, None)

    def answer(self, waiting: Waiting, reply: Reply) -> None:
        if not waiting.reply.done():
            waiting.reply.set_result(reply)

    def doubt_all(self, reason: str) -> None:
        """Every request in flight may have been carried out, and no answer will tell."""
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            self.answer(one, NoReply(reason, sent=True))
