"""One request for all who ask for the same lists at one time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tui.core.orders import Book

BEHIND_S = 1.0
"""A press waits for the read before its own no longer: that one may hang."""

Kinds = tuple[str, ...]


class Request:
    """A listing that some are waiting for. Until it begins, others may join."""

    def __init__(self, kinds: Kinds, *, urgent: bool) -> None:
        self.kinds = kinds
        self.urgent = urgent
        """Whether a press waits for it; a poll does not."""
        self.stirred = asyncio.Event()
        self.task: asyncio.Task[Book] | None = None


class SharedReads:
    """Gives each caller a listing that was begun after its call.

    Of each group of lists at most one request waits to begin, and all who ask meanwhile share it.
    It begins when the one before it is done; a press waits for no poll, and for no read that hangs.
    """

    def __init__(
        self,
        read: Callable[[Request, Callable[[], None]], Awaitable[Book]],
        hurry: Callable[[], None],
    ) -> None:
        """`read` lists what a request names, and calls what it is given at the moment when the
        first call leaves. `hurry` is called when a request that waits has become urgent."""
        self._read = read
        self._hurry = hurry
        self._waiting: dict[Kinds, Request] = {}
        self._begun: dict[Kinds, list[Request]] = {}
        """What is on its way, the one begun last at the end."""

    async def ask(self, kinds: Kinds, *, urgent: bool) -> Book:
        """A listing of these kinds, begun after the call. Raises what the read raises."""
        request = self._waiting.get(kinds)
        if request is None:
            request = self._waiting[kinds] = Request(kinds, urgent=urgent)
            request.task = asyncio.create_task(self._run(request), name=f"read {kinds}")
            # Whoever asked may have gone by then.
            request.task.add_done_callback(lambda done: done.cancelled() or done.exception())
        elif urgent and not request.urgent:
            request.urgent = True
            request.stirred.set()
            self._hurry()
        assert request.task is not None
        return await asyncio.shield(request.task)

    def waits(self, kinds: Kinds) -> bool:
        """Whether a listing of these kinds has been asked for and has not begun."""
        return kinds in self._waiting

    async def close(self) -> None:
        """Ends every read."""
        tasks = [one.task for one in self._waiting.values()]
        tasks += [one.task for begun in self._begun.values() for one in begun]
        running = [task for task in tasks if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, request: Request) -> Book:
        try:
            await self._turn(request)
            return await self._read(request, lambda: self._begin(request))
        finally:
            self._end(request)

    async def _turn(self, request: Request) -> None:
        """Returns when the request before this one need not be waited for any more."""
        until_s = asyncio.get_running_loop().time() + BEHIND_S
        while begun := self._begun.get(request.kinds):
            behind = [one for one in begun if one.urgent or not request.urgent]
            if request.urgent and (not behind or asyncio.get_running_loop().time() >= until_s):
                return
            request.stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until_s if request.urgent else None):
                    await request.stirred.wait()

    def _begin(self, request: Request) -> None:
        if self._waiting.get(request.kinds) is request:
            del self._waiting[request.kinds]
            self._begun.setdefault(request.kinds, []).append(request)

    def _end(self, request: Request) -> None:
        if self._waiting.get(request.kinds) is request:
            del self._waiting[request.kinds]
        begun = self._begun.get(request.kinds, [])
        if request in begun:
            begun.remove(request)
        if not begun:
            self._begun.pop(request.kinds, None)
        if (waiting := self._waiting.get(request.kinds)) is not None:
            waiting.stirred.set()
