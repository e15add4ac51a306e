"""The record of a desk: one JSON object a line, each sealed with the hash of all before it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from tui.core.clocks import LAST_MS
from tui.core.formatting import timestamp
from tui.core.sanitize import sanitize

FORMAT = 1
START = "0" * 64
"""What the first file of all follows."""
SHORT = 12
"""Characters of a head that are shown; enough to compare by eye."""

_FIRST_MS = -62_135_596_800_000
"""The begin of the year 1 in UTC; a time zone, or rounding, may go beyond it."""

_SEALED = re.compile(rb'\{"n":(\d{1,18}),.*,"hash":"([0-9a-f]{64})"\}', re.DOTALL)
_SEAL_BYTES = len(',"hash":""}') + 64


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class NotARecord(ValueError):
    """A line that holds no record; one sentence."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line. A kind that is not known here is kept as it is."""

    number: int
    """Counts the records of its file from 1."""
    at_ms: int
    """When it happened, epoch ms."""
    kind: str
    """`press`, `frame`, `note`, `outcome`, `picture`, `seen`, `lock`, `lost`, `start`, `end` ..."""
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The account it speaks of; empty where it is the desk."""
        account = self.fields.get("account", "")
        return account if isinstance(account, str) else ""


class Chain:
    """Seals records, one after the other. `head` is the hash of the newest."""

    def __init__(self, head: str = START, number: int = 0) -> None:
        self.head = head
        self.number = number

    def seal(self, at_ms: int, kind: str, fields: Mapping[str, object]) -> bytes:
        """The line of a record, with its end of line. Raises TypeError, ValueError."""
        named = {"n": self.number + 1, "at": timestamp(at_ms), "kind": kind, **fields}
        text = json.dumps(named, separators=(",", ":"), allow_nan=False)
        body = text.encode("ascii")
        self.head = _hash(self.head, body)
        self.number += 1
        return b'%s,"hash":"%s"}\n' % (body[:-1], self.head.encode())


def read_record(line: bytes) -> Record:
    """The record of one line. Raises NotARecord."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise NotARecord("the line is not JSON") from None
    if not isinstance(found, dict):
        raise NotARecord("the line is not a JSON object")
    number, at, kind = found.pop("n", None), found.pop("at", None), found.pop("kind", None)
    found.pop("hash", None)
    if type(number) is not int or not isinstance(at, str) or not isinstance(kind, str):
        raise NotARecord("the line has no number, time or kind")
    return Record(number, _epoch_ms(at), sanitize(kind, 40), found)


def sealed_by(line: bytes) -> tuple[int, str] | None:
    """Number and hash that a line claims, without its end of line; None if it is no sealed one."""
    found = _SEALED.fullmatch(line)
    return (int(found[1]), found[2].decode()) if found else None


def _epoch_ms(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise NotARecord("the time of the line cannot be read") from None
    at_ms = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    if not _FIRST_MS <= at_ms <= LAST_MS:
        raise NotARecord("the time of the line is one that no calendar has")
    return at_ms


def torn_digest(torn: bytes) -> str:
    """How the record after it tells of what a crash left of a line."""
    return sha256(torn).hexdigest()


def _hash(before: str, body: bytes) -> str:
    return sha256(before.encode() + body).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of one file found."""

    records: int
    """Whole ones, up to the fault."""
    head: str
    """The hash of the last of them. Lines cut off at the end leave no trace but this."""
    follows: str = START
    """The head that the file says it follows."""
    fault: str = ""
    """Why it is not as it was written, in one sentence; empty when it is."""
    line: int | None = None
    """The first line that is not, counted from 1."""
    cuts: tuple[int, ...] = ()
    """Lines that a crash cut short, each told of by the record after it: no fault."""

    @property
    def intact(self) -> bool:
        return not self.fault


class _Fault(Exception):
    def __init__(self, line: int, fault: str) -> None:
        self.line, self.fault = line, fault


def verify(lines: Iterable[bytes]) -> Verdict:
    """Checks the lines of a file, each with its end of line, to the first that is not as written.

    What was cut off the end cannot be seen: compare the head with one that was noted elsewhere.
    """
    checked = _Checked()
    fault, at = "", None
    try:
        rest = enumerate(lines, 1)
        for number, line in rest:
            checked.take(number, line, rest)
        checked.end()
    except _Fault as found:
        fault, at = found.fault, found.line
    return Verdict(checked.number, checked.head, checked.follows, fault, at, tuple(checked.cuts))


@dataclass(frozen=True, slots=True)
class _Torn:
    """Lines that are none of ours, hashed as they come: there may be any number of them."""

    at: int
    """The first of them, counted from 1."""
    digest: _Digest


class _Checked:
    """What has been found to be whole so far."""

    def __init__(self) -> None:
        self.number = 0
        self.head = self.follows = START
        self.cuts: list[int] = []
        self._torn: _Torn | None = None

    def take(self, at: int, line: bytes, rest: Iterator[tuple[int, bytes]]) -> None:
        if not line.endswith(b"\n"):
            raise _Fault(at, "the last line is cut short")
        line = line[:-1]
        claimed = sealed_by(line)
        if claimed is None:
            if self._torn is None:
                self._torn = _Torn(at, sha256(line))
            else:
                self._torn.digest.update(b"\n" + line)
            return
        if not self.number:
            self._first(at, line)
        number, seal = claimed
        body = line[:-_SEAL_BYTES] + b"}"
        if number != self.number + 1 or seal != _hash(self.head, body):
            raise self._wrong(at, number, rest)
        if self._torn is not None:
            if read_record(line).fields.get("torn") != self._torn.digest.hexdigest():
                raise _altered(self._torn.at)
            self.cuts.append(self._torn.at)
            self._torn = None
        self.number, self.head = number, seal

    def end(self) -> None:
        if self._torn is not None:
            raise _altered(self._torn.at)
        if not self.number:
            raise _Fault(1, "the file is empty")

    def _first(self, at: int, line: bytes) -> None:
        try:
            record = read_record(line)
        except NotARecord:
            raise _altered(at) from None
        follows = record.fields.get("follows")
        if record.kind != "open" or not isinstance(follows, str):
            if self._torn is not None:
                raise _altered(self._torn.at)
            raise _Fault(at, "lines are missing before it: a file begins with an `open` record")
        self.head = self.follows = follows

    def _wrong(self, at: int, number: int, rest: Iterator[tuple[int, bytes]]) -> _Fault:
        wanted = self.number + 1
        if self._torn is not None:
            return _altered(self._torn.at)
        if number == wanted:
            return _altered(at)
        if number < wanted:
            return _Fault(at, f"the line is out of its place: it is record {number} again")
        for _, line in rest:
            if (sealed_by(line[:-1]) or (0, ""))[0] == wanted:
                return _Fault(at, f"the lines are reordered: record {wanted} comes later")
        lost = number - wanted
        return _Fault(at, f"{lost} {'line is' if lost == 1 else 'lines are'} missing before it")


def _altered(at: int) -> _Fault:
    return _Fault(at, "the line was altered: it does not carry the hash of what it says")
