"""Reads the files of the record, large ones too, and says how far it has come."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tui.core.audit import Verdict, sealed_by, verify
from tui.service.audit_pack import PACKED

MOST_LINE = 16_000_000
"""Bytes; a line that is longer is none of ours."""
_TELL_EVERY = 1 << 20

Progress = Callable[[int, int], None]
"""Is told how many bytes are read, of how many."""


class CannotRead(Exception):
    """A file that cannot be read: one sentence."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a file found."""

    verdict: Verdict
    noted_at: int | None = None
    """The record that a noted head belongs to; None if there is none."""


def read_lines(path: Path, progress: Progress | None = None) -> Iterator[bytes]:
    """The lines of a file, each with its end. Raises CannotRead."""
    try:
        if not path.is_file():
            raise CannotRead(f"{path}: there is no such file")
        with path.open("rb") as raw:
            size = path.stat().st_size
            packed = path.suffix == PACKED
            file = gzip.GzipFile(fileobj=raw) if packed else raw
            done = told = 0
            while line := file.readline(MOST_LINE):
                yield line
                done += len(line)
                if progress is not None and done - told >= _TELL_EVERY:
                    told = done
                    progress(raw.tell() if packed else done, size)
    except (EOFError, zlib.error):
        raise CannotRead(f"{path}: it is damaged: it cannot be unpacked") from None
    except OSError as error:
        why = error.strerror or "it is damaged: it cannot be unpacked"
        raise CannotRead(f"{path}: it cannot be read: {why}") from None


def check_file(path: Path, head: str = "", progress: Progress | None = None) -> Checked:
    """Whether the file is as it was written; and where `head`, noted earlier, or its beginning,
    stands in it. Raises CannotRead."""
    noted_at: int | None = None

    def looked_at() -> Iterator[bytes]:
        nonlocal noted_at
        for line in read_lines(path, progress):
            found = sealed_by(line[:-1]) if head else None
            if found is not None and found[1].startswith(head):
                noted_at = found[0]
            yield line

    return Checked(verify(looked_at()), noted_at)
