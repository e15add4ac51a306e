"""Exit codes, and the few ways in which a command talks to whoever runs it."""

from __future__ import annotations

import io
import sys

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
