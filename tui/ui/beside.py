"""Work beside the screen's loop: what asks a disk, a keyring or a venue holds up no key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from textual.message_pump import MessagePump

from tui.core.text import safe_text
from tui.service.keyring_door import CredentialsError
from tui.service.settings_table import SettingsError

T = TypeVar("T")


def beside(
    node: MessagePump, work: Callable[[], T], done: Callable[[T | Exception], object]
) -> None:
    """Does `work` in a thread, then calls `done` with its result or error, among `node`'s messages.

    The thread ends with the process: what hangs in it holds up no exit.
    """
    told = teller(node, done)

    def run() -> None:
        result: T | Exception
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  told where it was asked for
            result = error
        told(result)

    threading.Thread(target=run, name="beside the screen", daemon=True).start()


def teller(node: MessagePump, call: Callable[[T], object]) -> Callable[[T], None]:
    """`call` for other threads: made among the messages of `node`, and never waited for."""
    loop, context = asyncio.get_running_loop(), copy_context()

    def tell(value: T) -> None:
        with suppress(RuntimeError):  # the screen is closed
            loop.call_soon_threadsafe(partial(node.call_later, call, value), context=context)

    return tell


def sentence(error: Exception) -> str:
    """What went wrong, for the screen. A text that is not ours may hold a secret: it is kept."""
    if isinstance(error, SettingsError | CredentialsError):
        return safe_text(str(error))
    return f"a fault of killdesk's own: {type(error).__name__}"


def disk_sentence(error: Exception) -> str:
    """The same of work that only a disk was asked for: what the system says of it."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return sentence(error)
