"""Foreign text made safe: what a venue, a file or an error says never commands a terminal."""

from __future__ import annotations

from collections.abc import Sequence

MAX_CHARS = 100_000
_MOST_MARKS = 4
"""On one letter; no writing in use has more."""


def sanitize(text: str, limit: int = MAX_CHARS) -> str:
    """`text` on one line, at most `limit` characters, with nothing in it that a terminal acts on.

    Printable characters stay. Every other one (C0 and C1 controls, DEL, bidirectional and
    zero-width marks, lone surrogates) is shown as an escape, and so are letters' marks by the
    dozen, which a terminal would pile up over the lines above and below.
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else _shown(c) for c in shown)
    if not shown.isascii():
        shown = _with_few_marks(shown)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def safe_texts(texts: Sequence[str]) -> Sequence[str]:
    """Each of the texts made safe; most messages are plain, and one look at them all is enough."""
    whole = "".join(texts)
    if whole.isascii() and whole.isprintable() and len(whole) <= MAX_CHARS:
        return texts
    return [sanitize(text) for text in texts]


def strip_invisible(text: str) -> str:
    """`text` without what nobody sees and a terminal may act on; its line ends stay.

    For what is pasted: it may hold more than whoever copied it has seen.
    """
    return "".join(c for c in text if c.isprintable() or c in "\r\n")


def safe_bytes(data: bytes, limit: int = MAX_CHARS) -> str:
    """`data` read as UTF-8 as far as it goes, then made safe; undecodable bytes show as `\\xNN`."""
    return sanitize(data[: 4 * limit + 4].decode("utf-8", errors="backslashreplace"), limit)


def _with_few_marks(text: str) -> str:
    from unicodedata import category  # not loaded for the help

    parts: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if char > "\x7f" and category(char)[0] == "M" else 0
        parts.append(char if marks <= _MOST_MARKS else _shown(char))
    return "".join(parts)


def _shown(char: str) -> str:
    if char in "\r\n\t":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
