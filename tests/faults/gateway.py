"""What a gateway in front of a venue makes of HTTP: answers of its own, or edited ones."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import pairwise

from tests.faults.link import DOWN, UP, Link
from tests.faults.proxy import Proxy

PAGE = b"<html><body>a gateway's page</body></html>"
_LENGTH = re.compile(rb"(?im)^content-length: *([0-9]+)\r?$")
_SIGNING = re.compile(rb"(Signature|Timestamp|AccessKeyId)=[^& ]*&?")

Edit = Callable[[bytes, bytes], tuple[bytes, bytes]]
"""Given the head of an answer, without the blank line, and its body: both as they are to be."""


def answer(status: str, *lines: str, body: bytes = PAGE) -> bytes:
    """A whole answer of a gateway's own."""
    head = (f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(head).encode() + body


class Asked(list[tuple[float, bytes]]):
    """The requests that a gateway answered itself: when (monotonic), and what was asked."""

    def gaps_s(self, least: int) -> list[float]:
        """Between two requests of the same, for what was asked so often at least."""
        times: dict[bytes, list[float]] = {}
        for at_s, what in list(self):
            times.setdefault(what, []).append(at_s)
        often = [at for at in times.values() if len(at) >= least]
        return [later - earlier for at in often for earlier, later in pairwise(at)]


def answers_itself(proxy: Proxy, whole: bytes) -> Asked:
    """Nothing reaches the server: each request gets this answer."""
    asked = Asked()

    def take(link: Link, data: bytes) -> bytes:
        head, _, body = data.partition(b"\r\n\r\n")
        line = _SIGNING.sub(b"", head.split(b"\r\n")[0])
        asked.append((time.monotonic(), line + b" " + body))
        link.inject(DOWN, whole)
        return b""

    proxy.change(UP, take)
    return asked


def edits(proxy: Proxy, edit: Edit) -> None:
    """Each answer passes as `edit` makes it."""
    held: dict[Link, bytes] = {}

    def take(link: Link, data: bytes) -> bytes:
        data = held.pop(link, b"") + data
        passed = b""
        while data:
            head, blank, rest = data.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            size = int(length[1]) if length else 0
            if not blank or len(rest) < size:
                held[link] = data
                break
            head, body = edit(head, rest[:size])
            passed += head + blank + body
            data = rest[size:]
        return passed

    proxy.change(DOWN, take)


def with_length(head: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The answer, its length told as it is now."""
    return _LENGTH.sub(b"Content-Length: %d\r" % len(body), head + b"\r")[:-1], body
