"""The standard streams of a command, any of which may be closed, full, or without a reader.

What one of them loses costs neither the other stream nor the exit code anything.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

_failed: dict[str, str] = {}
"""Streams that took no more, by their names in `sys`, and why in the system's words."""


def begin() -> None:
    """Forgets what failed before; a stream that lacks a character shows an escape for it."""
    _failed.clear()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def hold_standard_descriptors() -> None:
    """Opens the null device for each of the descriptors 0 to 2 that is closed.

    Otherwise the next socket or file would get that number, and everything that is written to the
    stream would go into it. To be called before anything else is opened.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                null = os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
                if null != number:
                    os.dup2(null, number)
                    os.close(null)
                os.set_inheritable(number, True)


def write_out(text: str) -> None:
    """Writes to standard output at once. Never raises; see `output_failed`."""
    _write("stdout", text)


def write_error(text: str) -> None:
    """Writes to standard error at once. Never raises."""
    _write("stderr", text)


def output_failed() -> bool:
    """Whether standard output did not take everything that was written to it."""
    return "stdout" in _failed


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is there and is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it was closed
        return False


def _write(name: str, text: str) -> None:
    stream: TextIO | None = getattr(sys, name)
    if stream is None or name in _failed:
        _failed.setdefault(name, "")
        return
    try:
        _put(stream, text)
    except (OSError, ValueError) as error:
        _failed[name] = (error.strerror if isinstance(error, OSError) else None) or "it is closed"
        _divert(stream)
        # A reader that has left has read what it wanted: only a real loss is worth a sentence.
        if name == "stdout" and not isinstance(error, BrokenPipeError):
            write_error(f"killdesk: the output is not complete: {_failed[name]}\n")


def _put(stream: TextIO, text: str) -> None:
    number = _descriptor(stream)
    if number is None:
        stream.write(text)
        stream.flush()
        return
    # Past Python's buffer: it would lose text where the descriptor does not block, and would try
    # a failed write again at the end of the process, which changes the exit code.
    stream.flush()
    left = memoryview(text.encode(stream.encoding, stream.errors or "strict"))
    while left:
        try:
            left = left[os.write(number, left) :]
        except BlockingIOError:
            _wait_for_room(number)


def _descriptor(stream: TextIO) -> int | None:
    """Where bytes of the stream go; None where it must encode them itself, as on Windows."""
    if os.name == "posix" and isinstance(stream, io.TextIOWrapper):
        with suppress(io.UnsupportedOperation):  # it is kept in memory
            return stream.fileno()
    return None


def _wait_for_room(number: int) -> None:
    import select  # hardly ever needed

    select.select([], [number], [])


def _divert(stream: TextIO) -> None:
    """Lets the null device take what the stream has in its buffer, so that no exit fails for it."""
    with suppress(OSError, ValueError):
        number = stream.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
