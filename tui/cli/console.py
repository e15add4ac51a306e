"""Exit codes, and the few ways in which a command talks to whoever runs it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType

from tui.cli.streams import is_terminal, write_error, write_out
from tui.core.sanitize import sanitize

OK, NOT_OK, BAD_USAGE, UNRESOLVED, INTERRUPTED = 0, 1, 2, 3, 130


class UsageError(Exception):
    """The command line asks for something that cannot be done: one sentence."""


def agreed(question: str) -> bool:
    """Raises UsageError when there is nobody to ask."""
    if not is_terminal(sys.stdin):
        raise UsageError("there is no terminal to ask on; add --yes if it is meant")
    # Where the output goes into a file, the question does not belong there.
    ask = write_out if is_terminal(sys.stdout) else write_error
    ask(question)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def say(line: str) -> None:
    write_out(f"{sanitize(line)}\n")


def say_json(value: object) -> None:
    """One line for programs, of whatever length: plain ASCII, so that it is never cut or escaped
    once more."""
    import json  # not for the help

    text = json.dumps(value).replace("\x7f", "\\u007f")
    write_out(f"{text}\n")


def padded(text: str, width: int) -> str:
    """`text` as the output shows it, with spaces up to that many cells of its terminal."""
    from tui.ui.terminal.encoding import cells  # not for the help

    shown = _as_shown(text)
    return shown + " " * (width - cells(shown, _encoding()))


def widest(texts: Iterable[str]) -> int:
    """The cells that the widest of them needs in the output."""
    from tui.ui.terminal.encoding import cells

    return max((cells(_as_shown(text), _encoding()) for text in texts), default=0)


def _as_shown(text: str) -> str:
    """Made safe, and with an escape for what the output lacks, which is longer."""
    encoding = _encoding()
    return sanitize(text).encode(encoding, "backslashreplace").decode(encoding)


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def complain(sentence: str, code: int) -> int:
    write_error(f"killdesk: {sanitize(sentence)}\n")
    return code


def quote_no_error() -> None:
    """What no one has caught is told without its own text, in any thread, from now on."""

    def tell(where: str, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, SystemExit):
            from tui.core.errors import describe_internal_error  # hardly ever needed

            complain(f"a fault of its own in {where}: {describe_internal_error(error)}", NOT_OK)

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


def ignore_late_signals() -> None:
    """At the end of the process: all that is left to do is to exit with the code that is known."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if (number := getattr(signal, name, None)) is not None:
                signal.signal(number, signal.SIG_IGN)
