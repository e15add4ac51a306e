"""One call after a while: Textual's own timer drops it when it is late at its first look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def after(wait_s: float, node: MessagePump, call: Callable[[], object]) -> asyncio.TimerHandle:
    """Calls once after so many seconds, among the messages of `node`. For the screen's loop."""
    return asyncio.get_running_loop().call_later(wait_s, node.call_later, call)
