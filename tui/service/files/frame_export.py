"""Frames in a file of their own: one JSON object a line, for the user alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from tui.core.formatting import file_stamp, timestamp
from tui.core.frames import Frame
from tui.service.files.locations import make_private_folder, open_private

_AT_ONCE = 200
"""Frames written in one go; then whoever cancels gets the interpreter."""
_MOST_OF_ONE_MOMENT = 1_000


class NotSaved(Exception):
    """The frames could not be saved; the text says where and why. No part of the file is left."""


def save(frames: Iterable[Frame], folder: Path, at_ms: int) -> Path:
    """Writes a new file, named after the moment (epoch milliseconds), and returns its path.

    It blocks: not for a loop. An existing file is never touched. Raises NotSaved.
    """
    try:
        path, file = _new_file(folder, at_ms)
    except OSError as error:
        raise NotSaved(f"The frames cannot be saved in {folder}: {_why(error)}.") from None
    try:
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as out:
            for part in _parts(frames):
                out.write(part)
                time.sleep(0)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise NotSaved(f"The frames cannot be saved in {folder}: {_why(error)}.") from None
    return path


def _new_file(folder: Path, at_ms: int) -> tuple[Path, int]:
    if folder.is_symlink():
        raise OSError("it is a symbolic link; remove it")
    make_private_folder(folder)
    name = f"frames-{file_stamp(at_ms)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL  # with O_EXCL no link is followed
    for number in range(1, _MOST_OF_ONE_MOMENT):
        path = folder / (f"{name}.jsonl" if number == 1 else f"{name}-{number}.jsonl")
        try:
            return path, open_private(path, flags)
        except FileExistsError:
            continue
    raise OSError(f"too many files named {name}")


def _parts(frames: Iterable[Frame]) -> Iterator[str]:
    lines: list[str] = []
    for frame in frames:
        lines.append(f"{line(frame)}\n")
        if len(lines) == _AT_ONCE:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def line(frame: Frame) -> str:
    """A frame as JSON, with everything that is known of it."""
    return json.dumps(
        {
            "frame": frame.seq,
            "at": timestamp(frame.at_ms),
            "account": frame.account,
            "transport": frame.transport,
            "direction": frame.direction,
            "error": frame.error,
            "request": frame.request,
            "latency_ms": frame.latency_ms,
            "size": frame.size,
            "unpacked": frame.unpacked,
            "headers": [list(header) for header in frame.headers],
            "text": frame.text,
        },
        ensure_ascii=False,
    )


def _why(error: OSError) -> str:
    return error.strerror or str(error)
