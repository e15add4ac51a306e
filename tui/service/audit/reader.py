"""Reads the files of the record, large ones too, and says how far it has come."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.core.audit.chain import Verdict, sealed_by, verify
from tui.core.audit.heads import HeadCheck, NotedHead
from tui.service.audit.compression import PACKED

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
    noted: HeadCheck


def read_lines(path: Path, progress: Progress | None = None) -> Iterator[bytes]:
    """The lines of a file, each with its end. Raises CannotRead."""
    try:
        if not path.is_file():
            raise CannotRead(f"{path}: there is no such file")
        with path.open("rb") as raw:
            size = path.stat().st_size
            packed = path.suffix == PACKED
            file = gzip.GzipFile(fileobj=raw) if packed else raw
            done = reported = 0
            while line := file.readline(MOST_LINE):
                yield line
                done += len(line)
                if progress is not None and done - reported >= _TELL_EVERY:
                    reported = done
                    progress(raw.tell() if packed else done, size)
    except (EOFError, zlib.error):
        raise CannotRead(f"{path}: it is damaged: it cannot be unpacked") from None
    except OSError as error:
        why = error.strerror or "it is damaged: it cannot be unpacked"
        raise CannotRead(f"{path}: it cannot be read: {why}") from None


def check_file(
    path: Path, heads: Sequence[NotedHead] = (), typed: str = "", progress: Progress | None = None
) -> Checked:
    """Whether the file is as it was written, and what the heads noted elsewhere, or the beginning
    of one that somebody `typed`, say of it. Raises CannotRead."""
    noted = HeadCheck(heads, typed)

    def looked_at() -> Iterator[bytes]:
        for line in read_lines(path, progress):
            if (found := sealed_by(line[:-1])) is not None:
                noted.take(*found)
            yield line

    return Checked(verify(looked_at()), noted)
