"""The head of an HTTP response: repaired where that leaves the bounds of its body certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_HEAD = 100 * 1024
LONGEST_WAIT_S = 30.0
"""However long a response asks to wait."""
_TAIL = 5
_BLANK_LINE = re.compile(rb"\n\r?\n")
_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
_REFUSED = re.compile(rb"[\x00\x0b-\x0d\x7f]")
_INFORMATIONAL = re.compile(rb"HTTP/[0-9.]+ 1[0-9][0-9]")
_SECONDS = re.compile(rb"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class HeadSanitizer:
    """Passes a response on with a head that keeps to the rules, as a strict parser wants it.

    Proxies and filters add lines of their own, some of which break the rules. A space before the
    colon and what no value may hold are taken out; a line without a name is left out. What
    tells the length of the body is passed on as it came, and a contradiction there stays one.
    """

    def __init__(self) -> None:
        self._head = bytearray()
        self._in_head = True
        self.body_size = 0
        """Bytes passed on after the head, however the body is framed."""
        self.tail = b""
        """The last few of them."""

    def start(self) -> None:
        """A new response comes."""
        self._head.clear()
        self._in_head = True
        self.body_size, self.tail = 0, b""

    def feed(self, data: bytes) -> bytes:
        """What of it can be passed on: nothing until the head is complete, then all of it."""
        if not self._in_head:
            return self._body(data)
        self._head += data
        passed = bytearray()
        while self._in_head:
            begun = len(self._head) - len(self._head.lstrip(b"\r\n"))
            del self._head[:begun]
            found = _BLANK_LINE.search(self._head)
            if found is None:
                # A head that never ends is for the strict parser to refuse.
                self._in_head = len(self._head) <= MAX_HEAD
                break
            head = bytes(self._head[: found.start()])
            del self._head[: found.end()]
            passed += _repaired(head)
            self._in_head = _INFORMATIONAL.match(head) is not None
        if not self._in_head:
            passed += self._body(bytes(self._head))
            self._head.clear()
        return bytes(passed)

    def _body(self, data: bytes) -> bytes:
        self.body_size += len(data)
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        return data


def _repaired(head: bytes) -> bytes:
    first, *lines = (line.removesuffix(b"\r") for line in head.split(b"\n"))
    kept = [_REFUSED.sub(b" ", first)]
    left_out = True
    for line in lines:
        if line[:1] in (b" ", b"\t"):  # the line before goes on
            if not left_out:
                kept[-1] += b" " + _REFUSED.sub(b" ", line).strip()
            continue
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        left_out = not colon or _NAME.fullmatch(name) is None
        if not left_out:
            kept.append(name + b": " + _REFUSED.sub(b" ", value).strip())
    return b"\r\n".join((*kept, b"", b""))


def retry_after_s(headers: Sequence[tuple[bytes, bytes]], now_s: float) -> float | None:
    """How long a response asks to wait, in seconds, at most `LONGEST_WAIT_S`; None if it does not.

    Header names are in small letters. `Retry-After` is a number of seconds or a date, which counts
    from the response's own `Date` if it has one, else from `now_s`, epoch seconds.
    """
    found = {name: value for name, value in headers if name in (b"retry-after", b"date")}
    asked = found.get(b"retry-after", b"").strip()
    if _SECONDS.fullmatch(asked):
        wait_s = float(asked)
    else:
        until_s, from_s = _date_s(asked), _date_s(found.get(b"date", b""))
        if until_s is None:
            return None
        wait_s = until_s - (now_s if from_s is None else from_s)
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)


def _date_s(value: bytes) -> float | None:
    """A date of HTTP as epoch seconds; None for anything else."""
    if not value or len(value) > 64:
        return None
    from email.utils import parsedate_to_datetime  # hardly ever needed

    try:
        return parsedate_to_datetime(value.decode("ascii")).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
