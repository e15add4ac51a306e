"""Packs the files of days gone by: a record of every message is large, and mostly repetition."""

from __future__ import annotations

import gzip
import os
from contextlib import suppress
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event

from tui.service.audit.files import list_files
from tui.service.files.locations import open_private

PACKED = ".gz"
OLD_DAYS = 2
"""Files of so many days ago are packed; the one of yesterday is what today's goes on from."""
_CHUNK = 1 << 20
_PAUSE_S = 0.05
"""After each chunk: nobody is in a hurry."""


def pack_old(folder: Path, today: date, stop: Event) -> int:
    """Packs what is old enough, and tells how many files; until `stop` at the most.

    A file goes only when what was packed has been read back and is the same. Raises OSError.
    """
    old = [
        path
        for day, _, path in list_files(folder)
        if path.suffix != PACKED and day <= today - timedelta(days=OLD_DAYS)
    ]
    return sum(_pack(path, stop) for path in old)


def _pack(path: Path, stop: Event) -> bool:
    target = path.with_name(path.name + PACKED)
    draft = path.with_name(f".{path.name}{PACKED}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for flag in ("O_NOFOLLOW", "O_BINARY"):
        flags |= getattr(os, flag, 0)
    written, read_back = sha256(), sha256()
    try:
        if path.is_symlink() or not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as whole, os.fdopen(open_private(draft, flags), "wb") as file:
            with gzip.GzipFile("", "wb", fileobj=file) as packed:
                while chunk := whole.read(_CHUNK):
                    written.update(chunk)
                    packed.write(chunk)
                    if stop.wait(_PAUSE_S):
                        return False
            file.flush()
            os.fsync(file.fileno())
        with gzip.open(draft, "rb") as packed:
            while chunk := packed.read(_CHUNK):
                read_back.update(chunk)
                if stop.wait(_PAUSE_S):
                    return False
        if written.digest() != read_back.digest():
            return False
        draft.replace(target)
        path.unlink()
        return True
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
