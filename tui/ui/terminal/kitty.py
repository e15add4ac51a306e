"""What kitty's keyboard protocol tells of a key, and the same key without what Textual cannot read.

https://sw.kovidgoyal.net/kitty/keyboard-protocol/ A key is

    CSI code : shifted : base ; modifiers : event ; text codes u

where all but the code may be left out, and keys of old end in ~ or a letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag

DISAMBIGUATE, EVENT_TYPES, ALTERNATE_KEYS, ALL_KEYS, TEXT = 1, 2, 4, 8, 16
ASKED = DISAMBIGUATE | EVENT_TYPES | ALTERNATE_KEYS | ALL_KEYS | TEXT
"""Only with all keys as sequences are repeats of text keys, enter, tab and backspace told."""
PUSH, POP = f"\x1b[>{ASKED}u", "\x1b[<u"

_KEY = re.compile(
    r"\x1b\[(?:(?P<code>\d{1,7})(?::(?P<shifted>\d{0,7}))?(?::(?P<base>\d{0,7}))?)?"
    r"(?:;(?P<modifiers>\d{0,3})(?::(?P<event>[1-3]))?)?"
    r"(?:;(?P<text>\d{0,7}(?::\d{1,7})*))?(?P<end>[u~ABCDFHPQS])"
)
_REPEAT, _RELEASE = "2", "3"
_LETTERS = frozenset("ABCDFHPQS")
_OTHER_KEYS = 27
"""xterm's modifyOtherKeys: CSI 27 ; modifiers ; character ~"""
_TILDES = frozenset({*range(1, 9), *range(11, 16), *range(17, 22), 23, 24, _OTHER_KEYS})
"""The numbers of keys that end in ~."""
_ALONE = frozenset({57358, 57359, 57360, *range(57441, 57455)})
"""Caps lock, scroll lock, num lock, and the modifiers."""
_US = (
    "`1234567890-=[]\\;',./abcdefghijklmnopqrstuvwxyz",
    '~!@#$%^&*()_+{}|:"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ',
)
_SHIFTED = dict(zip(*_US, strict=True))


class _Modifier(IntFlag):
    SHIFT = 1
    CTRL = 4
    LOCKS = 64 | 128


@dataclass(frozen=True, slots=True)
class KittyKey:
    """A key that was pressed or repeats itself."""

    sequence: str
    """The key as Textual reads it; empty if it does nothing: a release, or a modifier alone."""
    repeat: bool
    """Whether it says so of itself; it may also be one from a terminal that never does."""
    position: str | None
    """The character of this place on a US keyboard, `ctrl+` before it with that key held."""
    several: bool = False
    """It brings more than one character, as input methods do."""
    tells_events: bool = False
    """It shows that the terminal tells presses, repeats and releases apart."""


def read_key(sequence: str) -> KittyKey | None:
    """The key of a sequence; None if it is none in this form, or has impossible figures."""
    found = _KEY.fullmatch(sequence)
    if found is None or (found["code"] is None and found["end"] in "u~"):
        return None
    code, modifiers = int(found["code"] or 1), int(found["modifiers"] or 1)
    text = [int(one) for one in (found["text"] or "").split(":") if one]
    ends_u = found["end"] == "u"
    if not 1 <= modifiers <= 256 or not all(map(_is_text, text)):
        return None
    if not _is_key(code, found["end"], len(text)):
        return None
    if found["event"] == _RELEASE or (ends_u and code in _ALONE):
        return KittyKey("", False, None, tells_events=found["event"] is not None)
    held = _Modifier(modifiers - 1) & ~_Modifier.LOCKS
    shifted = int(found["shifted"] or 0)
    if not text and held == _Modifier.SHIFT and shifted and _is_text(shifted):
        text = [shifted]
    base = int(found["base"] or 0)
    return KittyKey(
        _plain(sequence, found["code"] or "1", modifiers, text, found["end"]),
        found["event"] == _REPEAT,
        _position(base, held) if ends_u else None,
        several=len(text) > 1,
        tells_events=found["event"] is not None,
    )


def _is_key(code: int, end: str, characters: int) -> bool:
    """Textual takes the number of a key that it does not know for that of a character."""
    if end == "u":
        return _is_text(code) or code in (9, 13, 27, 127) or (code == 0 and characters > 0)
    if end == "~":
        return characters == (1 if code == _OTHER_KEYS else 0) and code in _TILDES
    return end in _LETTERS and code == 1 and not characters


def _plain(sequence: str, code: str, modifiers: int, text: list[int], end: str) -> str:
    if ":" not in sequence and not text:
        return sequence
    more = f";{':'.join(map(str, text))}" if text else ""
    return f"\x1b[{code};{modifiers}{more}{end}"


def _position(base: int, held: _Modifier) -> str | None:
    if not 0x20 < base < 0x7F:
        return None
    plain = chr(base)
    if held == 0:
        return plain
    if held == _Modifier.SHIFT:
        return _SHIFTED.get(plain)
    return f"ctrl+{plain}" if held == _Modifier.CTRL else None


def _is_text(code: int) -> bool:
    """Whether it is the number of a character that can be shown."""
    surrogate = 0xD800 <= code < 0xE000
    return 0x20 <= code <= 0x10FFFF and not surrogate and not 0x7F <= code < 0xA0
