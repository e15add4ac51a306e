"""Network errors in words that a trader can act on."""

from __future__ import annotations

import os
import socket
import ssl
from urllib.parse import urlsplit

from tui.core.sanitize import sanitize


def describe_unreachable(url: str, error: BaseException) -> str:
    """`cannot reach 127.0.0.1:8443: Connection refused`; names the place, and the cause if told."""
    parts = urlsplit(url)
    place = parts.hostname or url
    if parts.port is not None:
        place = f"{place}:{parts.port}"
    return sanitize(f"cannot reach {place}: {_cause(error)}", 200)


def describe_error(error: Exception) -> str:
    """What an error says of itself, without its number."""
    if isinstance(error, OSError) and error.strerror:
        return sanitize(error.strerror, 200)
    return sanitize(str(error) or type(error).__name__, 200)


def unreadable(error: Exception) -> str:
    """Why an answer of HTTP cannot be read, in a few words; it quotes nothing of the answer."""
    text = str(error)
    for mark, words in _UNREADABLE:
        if mark in text:
            return f"unreadable answer: {words}"
    return "unreadable answer: it breaks the rules of HTTP"


_UNREADABLE = (
    ("status line", "it is not HTTP"),
    ("response line", "it is not HTTP"),
    ("Content-Length", "it contradicts itself about its length"),
    ("Transfer-Encoding", "its transfer encoding is not known here"),
    ("chunk", "its parts are not marked as HTTP has it"),
    ("header", "its head breaks the rules of HTTP"),
    ("too long", "its head is too long"),
)
"""By what h11 says of it."""


def _cause(error: BaseException) -> str:
    chain: list[BaseException] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 8:
        chain.append(seen)
        seen = seen.__cause__ or seen.__context__
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"its certificate was not accepted ({one.verify_message})"
    for one in chain:
        if isinstance(one, TimeoutError):
            return "no answer in time"
        # The numbers of these two are not the system's: 1 would be "Operation not permitted".
        if isinstance(one, ssl.SSLError):
            reason = (getattr(one, "reason", "") or "no reason was given").replace("_", " ").lower()
            return f"no encrypted connection came about ({reason})"
        if isinstance(one, socket.gaierror):
            return f"its name cannot be resolved ({one.strerror})"
        if isinstance(one, OSError) and one.errno is not None and one.errno > 0:
            return os.strerror(one.errno)
    text = str(error) or type(error).__name__
    return "nothing answers there" if text.startswith(("All connection", "Multiple exc")) else text
