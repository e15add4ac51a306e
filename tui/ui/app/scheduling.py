"""Calls after a while: Textual's own timer drops one when it is late at its first look."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textual.app import App
from textual.message_pump import MessagePump

_LATER_S = 0.002
"""After the second has begun: a timer may come a little early."""


def call_after(wait_s: float, node: MessagePump, call: Callable[[], object]) -> asyncio.TimerHandle:
    """Calls once after so many seconds, among the messages of `node`. For the screen's loop."""
    return asyncio.get_running_loop().call_later(wait_s, node.call_later, call)


def on_the_second(app: App[None], call: Callable[[], None]) -> Callable[[], None]:
    """Calls as each second of the wall clock begins; returns what ends it.

    By the event loop itself: on a quiet screen Textual's own timers and queues cost as much as what
    they call.
    """
    loop = asyncio.get_running_loop()
    handle: asyncio.TimerHandle | None = None

    def fail(error: Exception) -> None:
        raise error

    def due() -> None:
        plan()
        try:
            call()
        except Exception as error:  # noqa: BLE001  shown as every other error of the screen
            app.call_later(fail, error)

    def plan() -> None:
        nonlocal handle
        handle = loop.call_later(1.0 - time.time() % 1.0 + _LATER_S, due)

    def end() -> None:
        if handle is not None:
            handle.cancel()

    plan()
    return end
