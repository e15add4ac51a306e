"""Text for terminals that do not speak UTF-8: every character keeps the cells it has elsewhere.

A Latin-1 terminal has no box drawings. A GBK terminal has them, and draws them two cells wide, as
it does every character of two bytes; a screen that counts one cell for them falls apart.
"""

# ruff: noqa: RUF001  characters that look like others are what this is about

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import cache
from unicodedata import category, east_asian_width, normalize

_HORIZONTAL = "─━┄┅┈┉╌╍═╴╶╸╺╼╾"
_VERTICAL = "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"
_LIKE = {
    **dict.fromkeys(_HORIZONTAL + "–—‒―−", "-"),
    **dict.fromkeys(_VERTICAL + "▌▍▎▏▐▕", "|"),
    **dict.fromkeys("█▉▊▋▓▆▇■▙▟▛▜▚▞", "#"),
    **dict.fromkeys("▁▂▄", "_"),
    **dict.fromkeys("▃▅", "="),
    **dict.fromkeys("▀▔▘▝", '"'),
    **dict.fromkeys("░…·▖▗‥․", "."),
    **dict.fromkeys("▒⋮", ":"),
    **dict.fromkeys("←◀◂◄⏎↵‹«", "<"),
    **dict.fromkeys("→▶▸►›»", ">"),
    **dict.fromkeys("↑▲△", "^"),
    **dict.fromkeys("↓▼▽", "v"),
    **dict.fromkeys("●•◆★▪◉◎⬤", "*"),
    **dict.fromkeys("○◇□☐◌", "o"),
    **dict.fromkeys("✓✔☑", "+"),
    **dict.fromkeys("✕✗✘×╳", "x"),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("“”„", '"'),
    "⚠": "!",
    "╱": "/",
    "╲": "\\",
}
"""What is drawn instead of a character that the terminal lacks, or draws too wide."""


def cells(text: str, encoding: str) -> int:
    """How many cells a terminal of that encoding needs for it."""
    broad = _is_east_asian(encoding)
    return sum(_cells(char, broad=broad) for char in text)


def encoder(encoding: str) -> Callable[[str], bytes]:
    """What encodes text for a terminal of that encoding, character by character as many cells wide
    as in UTF-8. Never fails."""
    name = _usable(encoding)
    if name == "utf-8":
        return lambda text: text.encode(errors="replace")
    table = _Table(name)
    return lambda text: text.translate(table).encode(name, "replace")


class _Table(dict[int, str]):
    """Made as it is needed."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding
        self._broad = _is_east_asian(encoding)

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char if code < 0x80 or self._fits(char) else _instead_of(char)
        return self[code]

    def _fits(self, char: str) -> bool:
        try:
            size = len(char.encode(self._encoding))
        except UnicodeEncodeError:
            return False
        return size == 1 or not self._broad or _cells(char, broad=False) == 2


def _instead_of(char: str) -> str:
    wide = _cells(char, broad=False)
    if char in _LIKE:
        return _LIKE[char]
    if "\u2500" <= char <= "\u257f":  # corners and crossings
        return "+"
    if "\u2800" <= char <= "\u28ff":  # dots, as plots have them
        return " " if char == "\u2800" else ":"
    plain = "".join(c for c in normalize("NFKD", char) if c.isascii() and c.isprintable())
    return plain[:wide].ljust(wide, "?")


@cache
def _is_east_asian(encoding: str) -> bool:
    """Whether its terminals draw what has two bytes two cells wide."""
    name = _usable(encoding)
    try:
        return name != "utf-8" and bool("一".encode(name))
    except UnicodeEncodeError:
        return False


@cache
def _usable(encoding: str) -> str:
    """Its usual name; `ascii` for one that is not known, or that has other control sequences."""
    try:
        name = codecs.lookup(encoding).name
        if name in ("utf-8", "utf-8-sig"):
            return "utf-8"
        return name if "\x1b[0m~".encode(name) == b"\x1b[0m~" else "ascii"
    except (LookupError, ValueError, TypeError):
        return "ascii"


def _cells(char: str, *, broad: bool) -> int:
    if char < "\x7f":
        return 1
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in ("WFA" if broad else "WF") else 1
