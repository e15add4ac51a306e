"""The files of the record: a file a day, told apart where several killdesks write on one day."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tui.core.audit.chain import START, sealed_by
from tui.service.files.locations import careful_flags, make_private_folder, open_private

MOST_WRITERS = 99
"""Killdesks that write at a time; each has a number, and files of that number."""
_TAIL_BYTES = 4_000_000
"""More than the longest line, of which the last one of a file is looked for."""
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:-(\d{1,2}))?\.jsonl(?:\.gz)?")


class NoFile(OSError):
    """A file that cannot be written to for a reason of ours; `strerror` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why)


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the record goes on in a file."""

    number: int
    head: str
    torn: bytes | None = None
    """What a crash left after the last whole line."""
    ended: bool = True
    """Whether the last line has its end."""


class Writer:
    """The right to write the files of one number, until `close` or the process's end."""

    def __init__(self, folder: Path) -> None:
        """Takes the lowest number that no other killdesk has. Raises OSError."""
        from filelock import lock_descriptor

        self.folder = make_private_folder(folder)
        for self.number in range(1, MOST_WRITERS + 1):
            self._lock = _open(folder / f"writer-{self.number}.lock", os.O_RDWR | os.O_CREAT)
            ours = False
            try:
                ours = lock_descriptor(self._lock, blocking=False)
            finally:
                if not ours:
                    os.close(self._lock)
            if ours:
                return
        raise NoFile(f"{MOST_WRITERS} others write already")

    def open(self, day: date) -> tuple[int, Path, Tail | None, str]:
        """The file of the day, to append to: its descriptor, its path, how it ends (None for a new
        one), and if it has no record yet the head of the file before it. Raises OSError."""
        path = self.folder / file_name(day, self.number)
        descriptor = _open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            tail = read_tail(descriptor)
            follows = "" if tail and tail.number else self._head_before(day)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor, path, tail, follows

    def _head_before(self, day: date) -> str:
        """Of the newest file of this number before `day`; what cannot be read is passed over."""
        older = [
            path
            for at, number, path in list_files(self.folder)
            if number == self.number and at < day and path.suffix == ".jsonl"
        ]
        for path in reversed(older):
            with suppress(OSError):
                descriptor = _open(path, os.O_RDONLY)
                try:
                    tail = read_tail(descriptor)
                finally:
                    os.close(descriptor)
                if tail is not None and tail.number:
                    return tail.head
        return START

    def close(self) -> None:
        """Lets another killdesk have the number."""
        from filelock import unlock_descriptor

        with suppress(OSError):
            unlock_descriptor(self._lock)
        os.close(self._lock)


def file_name(day: date, number: int) -> str:
    """`2026-11-21.jsonl`; of a second killdesk of that day `2026-11-21-2.jsonl`."""
    return f"{day}.jsonl" if number == 1 else f"{day}-{number}.jsonl"


def list_files(folder: Path) -> list[tuple[date, int, Path]]:
    """Every file of the record with its day and its writer's number, the oldest first."""
    return sorted(_named(folder))


def _named(folder: Path) -> Iterator[tuple[date, int, Path]]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if found := _NAME.fullmatch(path.name):
            with suppress(ValueError):  # such as the 31st of June: no file of ours
                yield date.fromisoformat(found[1]), int(found[2] or 1), path


def forget_old(folder: Path, today: date, keep_days: int) -> int:
    """Deletes the files of days longer ago; 0 keeps all. Tells how many. Raises OSError."""
    if not keep_days:
        return 0
    old = [path for at, _, path in list_files(folder) if at < today - timedelta(days=keep_days)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def day_of(at_ms: int) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def read_tail(descriptor: int) -> Tail | None:
    """How a file ends; None for an empty one. Raises OSError if its end is not a record of ours."""
    size = os.fstat(descriptor).st_size
    if not size:
        return None
    os.lseek(descriptor, max(0, size - _TAIL_BYTES), os.SEEK_SET)
    data = b""
    while part := os.read(descriptor, _TAIL_BYTES):
        data += part
    *whole, rest = data.split(b"\n")
    if claimed := sealed_by(rest):  # only its end of line is missing
        return Tail(*claimed, ended=False)
    torn = [rest] if rest else []
    for line in reversed(whole):
        if claimed := sealed_by(line):
            return Tail(*claimed, torn=_joined(torn), ended=not rest)
        torn.insert(0, line)
    if size <= _TAIL_BYTES:  # not even the first line came to its end
        return Tail(0, START, torn=_joined(torn), ended=not rest)
    raise NoFile("its end is not a record; move the file away")


def _joined(lines: list[bytes]) -> bytes | None:
    return b"\n".join(lines) if lines else None


def _open(path: Path, flags: int) -> int:
    """Opens a regular file of ours, and no link to another one. Raises OSError."""
    if path.is_symlink():
        raise NoFile(f"{path.name} is a symbolic link; take it away")
    descriptor = open_private(path, careful_flags(flags))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NoFile(f"{path.name} is not a regular file; take it away")
    return descriptor
