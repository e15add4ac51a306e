"""Work beside the screen's loop: what asks a disk, a keyring or a venue holds up no key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from textual.message_pump import MessagePump

from tui.core.sanitize import sanitize
from tui.service.desk.blocking import HelperThreads
from tui.service.secrets.keyring import CredentialsError
from tui.service.settings.validation import SettingsError

T = TypeVar("T")

WRITE_S = 4.0
"""What the end of the process gives to what is being stored."""
_MOST_THREADS = 512
_threads = HelperThreads(_MOST_THREADS)
_writing: dict[Future[Any], str] = {}


def run_in_thread(
    node: MessagePump,
    work: Callable[[], T],
    done: Callable[[T | Exception], object],
    *,
    stores: str = "",
) -> None:
    """Does `work` in a thread, then calls `done` with its result or error, among `node`'s messages.

    The thread ends with the process: what hangs in it holds up no exit. Work that `stores`
    something, named in words, is waited for by `finish_writing`. Raises RuntimeError if no thread
    can begin.
    """
    tell = thread_safe_callback(node, done)
    answer = _threads.submit(_caught, work)
    if stores:
        _writing[answer] = stores

    def end(answer: Future[T | Exception]) -> None:
        _writing.pop(answer, None)
        tell(answer.result())

    answer.add_done_callback(end)


def _caught(work: Callable[[], T]) -> T | Exception:
    try:
        return work()
    except Exception as error:  # noqa: BLE001  told where it was asked for
        return error


def finish_writing(at_most_s: float = WRITE_S) -> None:
    """Waits for what is being stored, but no longer than this in all. Blocks."""
    wait(list(_writing), at_most_s)


def still_writing() -> tuple[str, ...]:
    """What is being stored now, in words."""
    pending = (words for answer, words in list(_writing.items()) if not answer.done())
    return tuple(dict.fromkeys(pending))


def thread_safe_callback(node: MessagePump, call: Callable[[T], object]) -> Callable[[T], None]:
    """`call` for other threads: made among the messages of `node`, and never waited for."""
    loop, context = asyncio.get_running_loop(), copy_context()

    def tell(value: T) -> None:
        with suppress(RuntimeError):  # the screen is closed
            loop.call_soon_threadsafe(partial(node.call_later, call, value), context=context)

    return tell


def sentence(error: Exception) -> str:
    """What went wrong, for the screen. A text that is not ours may hold a secret: it is kept."""
    if isinstance(error, SettingsError | CredentialsError):
        return sanitize(str(error))
    return f"a fault of killdesk's own: {type(error).__name__}"


def disk_sentence(error: Exception) -> str:
    """The same of work that only a disk was asked for: what the system says of it."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return sentence(error)
