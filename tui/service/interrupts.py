"""SIGINT, SIGTERM and SIGHUP as something to be waited for, instead of the end of the process."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_LOOK_S = 0.5
"""Windows does not wake a thread that waits for a lock when a signal comes."""


class Interrupts:
    """While it is entered, signals are counted and end nothing.

    A signal that the process was started to ignore (`nohup`, a background job of a script) stays
    ignored. Does nothing off the main thread, which alone may handle signals.
    """

    def __init__(self) -> None:
        self._came: SimpleQueue[int] = SimpleQueue()  # its `put` may be called by a handler
        self._before: dict[int, object] = {}
        self._count = 0
        self._final_code: int | None = None
        self.first: int | None = None
        """The number of the first signal that came; None while there was none."""

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for name in _NAMES:
                number = getattr(signal, name, None)
                # None stands for a handler that is not Python's, and could not be put back.
                if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal` itself gave
        self._before.clear()

    def wait(self, work: Future[Any]) -> bool:
        """Waits until `work` is done; False if a signal came first. Each signal ends one wait."""
        work.add_done_callback(lambda _: self._came.put(0))
        while not work.done():
            try:
                if number := self._came.get(timeout=_LOOK_S):
                    self.first = self.first or number
                    return False
            except Empty:
                continue
        return True

    def only_output_is_left(self, code: int) -> None:
        """From now on the second signal ends the process with this code: an output that nobody
        reads may be waited for in vain."""
        self._final_code = code

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._final_code is not None and self._count > 1:
            os._exit(self._final_code)
        self._came.put(number)
