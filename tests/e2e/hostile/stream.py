"""What a terminal is sent, taken apart by a strict machine: text, and sequences that are known.

What is not on the list of what Textual and killdesk themselves send is a fault, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CANARY = "KDX7"
"""Stands in every hostile text, within what a terminal would act on."""

_STYLE = r"([0-5]|7|9|[34]8;2(;[0-9]{1,3}){3}|[34]8;5;[0-9]{1,3}|2[1-9]|[34][0-79]|9[0-7]|10[0-7])"
"""One of a row of styles; nobody here conceals a text (8)."""
CSI = re.compile(
    rf"({_STYLE}(;{_STYLE})*)?m|[0-9]+;[0-9]+H"  # colours and places
    r"|\?(1|7|12|25|45|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2027|2031|2048)"
    r"(;[0-9]+)*[hl]"
    r"|\?(2026|2048)\$p|\?u|\?996n|>[0-9;]*u|=[0-9;]*u|<u|>[0-9]*q|c|6n|1[48]t|2[23];[0-2]t"
    r"|[0-9] q"
)
"""Parameters and final character of the control sequences that the screen is drawn with."""
SHAPES = "default|pointer|text|grab|grabbing"
"""Of the mouse pointer."""
OSC = re.compile(
    rf"22;({SHAPES})|"
    r"2;(?P<title>.*)|777;notify;(?P<note>.*)|52;c;(?P<copied>[A-Za-z0-9+/=]*)",
    re.DOTALL,
)
LINES = "\r\n"
_END = "\x1b\\"


@dataclass(frozen=True)
class Fault:
    """Something that should not have reached the terminal."""

    what: str
    near: str


def faults(received: bytes) -> list[Fault]:
    """What a terminal would have acted on, or shown otherwise than it is."""
    try:
        text = received.decode("utf-8")
    except UnicodeDecodeError as error:
        return [Fault("not UTF-8", repr(received[max(0, error.start - 40) : error.start + 40]))]
    return [Fault(what, repr(text[max(0, at - 60) : at + 60])) for at, what in _wrong(text)]


def _wrong(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    while at < len(text):
        char = text[at]
        if char != "\x1b":
            if not char.isprintable() and char not in LINES:
                yield at, f"U+{ord(char):04X}"
            at += 1
            continue
        begun, sort = at, text[at + 1 : at + 2]
        if sort == "[":
            found = re.compile(r"[0-?]*[ -/]*[@-~]").match(text, at + 2)
            at = found.end() if found else at + 2
            if found is None or not CSI.fullmatch(found[0]):
                yield begun, f"CSI {found[0] if found else 'unfinished'!r}"
        elif sort == "]":
            found = re.compile(r"[^\x07\x1b\x9c]*(\x07|\x1b\\)").match(text, at + 2)
            at = found.end() if found else at + 2
            said = found[0].removesuffix("\x07").removesuffix(_END) if found else ""
            known = OSC.fullmatch(said)
            if known is None or not said.isprintable():
                yield begun, f"OSC {said[:40]!r}"
            elif CANARY in (known["copied"] or ""):
                yield begun, "foreign text in the clipboard's own sequence"
        elif sort and sort in "78=>cMN":
            at += 2
            if sort in "cMN":
                yield begun, f"ESC {sort}"
        else:
            at += 2
            yield begun, f"ESC {sort!r}"
