"""Reads a file that somebody else wrote, and nothing that only looks like one.

A pipe or a device in the place of a file would be waited for, or fill the memory.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 1024 * 1024
_CHUNK = 64 * 1024
_KINDS = (
    (stat.S_ISDIR, errno.EISDIR, "it is a folder, not a file"),
    (stat.S_ISFIFO, errno.EINVAL, "it is a pipe, not a file"),
    (stat.S_ISSOCK, errno.EINVAL, "it is a socket, not a file"),
    (stat.S_ISCHR, errno.EINVAL, "it is a device, not a file"),
    (stat.S_ISBLK, errno.EINVAL, "it is a device, not a file"),
)


def read_regular(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file of at most `most` bytes. It never waits for a writer.

    Raises OSError, whose `strerror` says in words what is in the place of such a file.
    """
    _check(path.stat().st_mode)  # a device is not even opened
    flags = os.O_RDONLY
    for flag in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, flag, 0)
    descriptor = os.open(path, flags)
    try:
        _check(os.fstat(descriptor).st_mode)
        parts, size = [], 0
        while size <= most and (part := os.read(descriptor, _CHUNK)):
            parts.append(part)
            size += len(part)
    finally:
        os.close(descriptor)
    if size > most:
        raise OSError(errno.EFBIG, f"it has more than {most} bytes")
    return b"".join(parts)


def _check(mode: int) -> None:
    for is_kind, number, words in _KINDS:
        if is_kind(mode):
            raise OSError(number, words)
