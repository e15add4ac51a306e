"""A place beside the event loop for what may hang: a disk that is slow, or far away and gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Aside:
    """Runs what a slow disk may hold up, one at a time, where it holds up nobody else.

    Not in the loop's own threads: name look-ups wait there too, and there are only so many.
    """

    def __init__(self) -> None:
        self._under_way: asyncio.Future[Any] | None = None

    async def run(self, look: Callable[[], T]) -> T | OSError:
        """What `look` returns, or the error of the system that it met."""
        while self._under_way is not None and not self._under_way.done():
            await asyncio.wait((self._under_way,))  # hung: a second one would hang beside it
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T | Exception] = loop.create_future()

        def work() -> None:
            found: T | Exception
            try:
                found = look()
            except Exception as error:  # noqa: BLE001  told where it was asked for
                found = error
            with suppress(RuntimeError):  # the loop is closed, nobody waits any more
                loop.call_soon_threadsafe(future.set_result, found)

        self._under_way = future
        try:
            threading.Thread(target=work, name="killdesk-look", daemon=True).start()
        except BaseException:
            self._under_way = None
            raise
        await asyncio.wait((future,))
        found = future.result()
        if isinstance(found, Exception) and not isinstance(found, OSError):
            raise found
        return found
