"""Blocking work: what a thread waits for, so that no event loop does.

Host names, a keyring, certificates, a disk that is slow or gone: each may hang for as long as it
likes. Its thread then ends with the process, and holds up neither a key nor the exit.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class HelperThreads(ThreadPoolExecutor):
    """At most so many threads, which end with the process: what hangs in one holds up no exit.

    The pool of the standard library has its threads joined when the interpreter ends, and a name
    server that is gone keeps one for half a minute. A loop takes no other class, so this is one.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._most = most
        self._lock = threading.Lock()
        self._jobs: deque[Callable[[], None]] = deque()
        self._at_work = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Does it in a thread, or once one is free. Raises RuntimeError if no thread can begin."""
        future: Future[T] = Future()
        job = partial(_do, future, partial(fn, *args, **kwargs))
        with self._lock:
            if self._at_work < self._most:
                threading.Thread(
                    target=self._work, args=(job,), name="killdesk helper", daemon=True
                ).start()
                self._at_work += 1
            else:
                self._jobs.append(job)
        return future

    def _work(self, job: Callable[[], None]) -> None:
        while True:
            job()
            with self._lock:
                if not self._jobs:
                    self._at_work -= 1
                    return
                job = self._jobs.popleft()


def _do(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001  told to whoever waits for it
        future.set_exception(error)
    else:
        future.set_result(result)


class BlockingRunner:
    """Runs what a slow disk may hold up, one at a time, where it holds up nobody else.

    Not in the loop's own threads: name look-ups wait there too, and there are only so many.
    """

    def __init__(self) -> None:
        self._thread = HelperThreads(1)

    async def run(self, look: Callable[[], T]) -> T | OSError:
        """What `look` returns, or the error of the system that it met.

        Raises what else it raises, and RuntimeError if no thread can begin. Who is cancelled waits
        no longer; a look that has begun goes on.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, look)
        except OSError as error:
            return error
