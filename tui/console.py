"""Exit codes, and the few ways in which a command talks to whoever runs it."""

from __future__ import annotations

import io
import sys
import threading
from contextlib import suppress
from types import TracebackType

from tui.core.text import safe_text

OK, NOT_OK, BAD_USAGE, UNRESOLVED, INTERRUPTED = 0, 1, 2, 3, 130


class UsageError(Exception):
    """The command line asks for something that cannot be done: one sentence."""


def agreed(question: str) -> bool:
    """Raises UsageError when there is nobody to ask."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; add --yes if it is meant")
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def say(line: str) -> None:
    sys.stdout.write(f"{safe_text(line)}\n")


def complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"killdesk: {safe_text(sentence)}\n")
    return code


def print_whatever_comes() -> None:
    """A terminal that lacks a character shows an escape for it instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def quote_no_error() -> None:
    """What no one has caught is told without its own text, in any thread, from now on."""

    def tell(where: str, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, SystemExit) and sys.stderr is not None:
            from tui.core.faults import kind_and_place  # hardly ever needed

            complain(f"a fault of its own in {where}: {kind_and_place(error)}", NOT_OK)

    def of_main(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        tell("the program", error)

    def of_thread(told: threading.ExceptHookArgs) -> None:
        tell(f"the thread {told.thread.name}" if told.thread else "a thread", told.exc_value)

    sys.excepthook = of_main
    threading.excepthook = of_thread
    sys.unraisablehook = lambda told: tell("its clearing up", told.exc_value)


def leave_no_core() -> None:
    """A crash of the interpreter itself leaves no picture of the memory, which holds secrets."""
    if sys.platform != "win32":
        import resource

        with suppress(ValueError, OSError):
            _, most = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, most))
