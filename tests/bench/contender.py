"""Programs that stand beside each other: each a process of its own, told when its turn is."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from tests.bench.figures import Failed

LONGEST_S = 180.0
END_S = 10.0
T = TypeVar("T")


class Doing(Protocol):
    """What a contender is in its own process."""

    def go(self, what: str) -> Any:
        """Does it once and returns what it took."""
        ...


class Running:
    """An event loop in a thread of its own, for what must keep running between the turns."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs it to its end and returns what it gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_S)
        self._loop.close()


Making = Callable[..., AbstractContextManager[Doing]]


class Contender:
    """Starts `make(*given)` in a process of its own. A context manager: leaving it ends that.

    Between its turns it does nothing but what keeps running in it.
    """

    def __init__(self, name: str, make: Making, *given: object) -> None:
        self.name = name
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs, make, given), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Contender:
        self._hear()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join(END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def go(self, what: str = "") -> Any:
        """Its turn; returns what it says of it. Raises Failed."""
        self._pipe.send(what)
        return self._hear()

    def _hear(self) -> Any:
        if not self._pipe.poll(LONGEST_S):
            raise Failed(f"{self.name} said nothing within {LONGEST_S:g} s")
        try:
            good, told = self._pipe.recv()
        except EOFError:
            raise Failed(f"{self.name} ended") from None
        if not good:
            raise Failed(f"{self.name}: {told}")
        return told


def in_turns(contenders: Sequence[Contender]) -> list[Contender]:
    """All of them in an order of chance, so that none always follows the same one."""
    return random.sample(contenders, len(contenders))


def _run(pipe: Connection, make: Making, given: tuple[object, ...]) -> None:
    try:
        with make(*given) as one:
            pipe.send((True, None))
            while True:
                try:
                    what = pipe.recv()
                except EOFError:
                    return
                pipe.send((True, one.go(what)))
    except Exception as error:  # noqa: BLE001  told to whom it concerns
        pipe.send((False, f"{type(error).__name__}: {error}"))
