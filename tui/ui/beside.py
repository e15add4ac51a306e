"""Work that may block, beside the screen's loop; what it comes to is told on the loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from textual.message_pump import MessagePump

T = TypeVar("T")


def beside(node: MessagePump, work: Callable[[], T], then: Callable[[T], None]) -> None:
    """Runs `work` in a thread, then `then` with its result among the messages of `node`.

    The thread is a daemon: a disk or a program that hangs must not keep killdesk from ending.
    """

    def run() -> None:
        result = work()
        with suppress(RuntimeError):  # the screen's loop is closed
            node.call_later(then, result)

    threading.Thread(target=run, name="killdesk-beside", daemon=True).start()
