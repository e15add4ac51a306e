"""Heads of the record that are noted outside its file, and what they say of the file.

The chain alone shows an edit only to whoever knows a hash that came after it: all hashes of a file
can be computed again. A head that was noted elsewhere vouches for every record up to its own, and
for none after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.core.clocks import LAST_MS

_LINE = re.compile(r"head (\d{1,15}) ([\w.-]{1,40}) (\d{1,15}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class NotedHead:
    """The hash of one record, noted when it was the newest of its file."""

    at_ms: int
    """When it was noted, epoch ms."""
    file: str
    """The file's name, without its folder and without the ending of a packed one."""
    number: int
    """The record's number in the file, from 1."""
    hash: str
    place: str = ""
    """Where it was noted, for people: `the state folder`."""

    @property
    def line(self) -> str:
        """As it is noted."""
        return f"head {self.at_ms} {self.file} {self.number} {self.hash}"

    @classmethod
    def read(cls, line: str, place: str) -> NotedHead | None:
        """From a line of a place; None for anything else than what `line` gives."""
        found = _LINE.fullmatch(line.strip())
        if found is None or int(found[1]) > LAST_MS:
            return None
        return cls(int(found[1]), found[2], int(found[3]), found[4], place)


class HeadCheck:
    """Compares the noted heads of one file with its records, as these are read."""

    def __init__(self, heads: Iterable[NotedHead], typed: str = "") -> None:
        """`typed` is a hash, or the beginning of one, that somebody noted by hand."""
        self._by_number: dict[int, list[NotedHead]] = {}
        for head in heads:
            self._by_number.setdefault(head.number, []).append(head)
        self._typed = typed
        self._records = 0
        self.typed_at: int | None = None
        """The record that `typed` belongs to; None while there is none."""
        self.newest: NotedHead | None = None
        """The head with the highest number that fits its record."""
        self.wrong: NotedHead | None = None
        """The first head that its record does not fit: the file was written anew from there, or
        from before."""

    def take(self, number: int, seal: str) -> None:
        """The next record of the file has this number and hash."""
        self._records = number
        if self._typed and seal.startswith(self._typed):
            self.typed_at = number
        for head in self._by_number.get(number, ()):
            if head.hash == seal:
                self.newest = head
            elif self.wrong is None:
                self.wrong = head

    @property
    def missing(self) -> NotedHead | None:
        """A head of a record that the file does not reach: its end was cut off."""
        beyond = [number for number in self._by_number if number > self._records]
        return self._by_number[max(beyond)][0] if beyond else None

    @property
    def vouched(self) -> int:
        """Up to this record a head vouches for the file; 0 without any."""
        return max(self.typed_at or 0, self.newest.number if self.newest is not None else 0)
