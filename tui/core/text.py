"""Foreign text made safe: what a venue, a file or an error says never commands a terminal."""

from __future__ import annotations

MAX_CHARS = 100_000


def safe_text(text: str, limit: int = MAX_CHARS) -> str:
    """`text` on one line, at most `limit` characters, with nothing in it that a terminal acts on.

    Printable characters stay. Every other one (C0 and C1 controls, DEL, bidirectional and
    zero-width marks, lone surrogates) is shown as an escape.
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else _shown(c) for c in shown)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def safe_bytes(data: bytes, limit: int = MAX_CHARS) -> str:
    """`data` read as UTF-8 as far as it goes, then made safe; undecodable bytes show as `\\xNN`."""
    return safe_text(data[: 4 * limit + 4].decode("utf-8", errors="backslashreplace"), limit)


def _shown(char: str) -> str:
    if char in "\r\n\t":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
