"""Makes Textual's messages of the tokens of the terminal.

Textual has no public parser of input. Its own, `XTermParser`, takes what it does not know for
keys, raises on some sequences (ESC [ : H), and answers a cursor position that nobody asked for. So
it gets whole sequences of the kinds that are known here, one at a time, and nothing else.

Report: `.github/upstream/parts-of-sequences-become-keys.md`.
Needed while these pass, in `test_driver.py`:
`test_textual_still_raises_for_a_sequence`,
`test_textual_still_takes_parts_of_a_sequence_for_keys`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

from tui.ui.terminal.kitty import read_key
from tui.ui.terminal.tokens import Character, Pasted, Sequence, Token
from tui.ui.textual_compat.key_facts import KeyFacts

_MOUSE = re.compile(r"\x1b\[<(\d{1,3});-?\d{1,5};-?\d{1,5}[Mm]")
_EXTRA_BUTTONS = 128
"""From here on the buttons at a mouse's side: Textual would take them for the left one."""
_MODE = re.compile(r"\x1b\[\?(2026|2048);[0-4]\$y")
_SIZE = re.compile(r"\x1b\[48;(\d{1,4});(\d{1,4});(\d{1,5});(\d{1,5})t")
_POSITION = re.compile(r"\x1b\[\d+;\d+R")
"""An answer that is never asked for; Textual would move the mouse by it."""
_LARGEST = 1000
"""Rows or columns of a terminal: more than a wall of screens has."""
_FOCUS = ("\x1b[I", "\x1b[O")


class Messages:
    """Of one terminal; it never raises, whatever the terminal sends."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)
        self._tells_events = False
        """The terminal has told a press, a repeat or a release as such: it tells each."""
        self.reports_size = False
        """It was asked to report its size itself; else such a report is none."""
        self.dropped = 0
        """Whole sequences that mean nothing here, or that Textual could not read."""

    def of(self, token: Token, *, stale: bool = False) -> Iterator[Message]:
        """The messages of a token. What is stale and no key does not come out."""
        facts = KeyFacts(token.at_s, stale=stale)
        match token:
            case Pasted():
                found: list[Message] = [events.Paste(token.text.replace("\x00", ""))]
            case Character():
                found = self._read(token.text)
                facts = KeyFacts(token.at_s, stale=stale, burst=token.burst)
            case Sequence():
                found, facts = self._of_sequence(token, facts)
        for message in found:
            if isinstance(message, events.InputEvent):
                if stale and not isinstance(message, events.Key):
                    continue
                message.key_facts = facts  # type: ignore[attr-defined]  # read by key_facts()
            yield message

    def _of_sequence(self, token: Sequence, facts: KeyFacts) -> tuple[list[Message], KeyFacts]:
        text = token.text
        if text == "\x1b":
            return [events.Key("escape", text)], facts
        if len(text) == 2:
            return self._alt(text[1]), facts
        if self._no_key(text):
            return self._read(text), facts
        if (key := read_key(text)) is not None:
            self._tells_events = self._tells_events or key.tells_events
            facts = KeyFacts(
                facts.typed_at_s,
                repeat=key.repeat if self._tells_events else None,
                position=key.position,
                stale=facts.stale,
                burst=key.several,
            )
            return self._read(key.sequence) if key.sequence else [], facts
        if text in ANSI_SEQUENCES_KEYS and not _POSITION.fullmatch(text):
            return self._read(text), facts
        self.dropped += 1
        return [], facts

    def _no_key(self, text: str) -> bool:
        """Whether it is of the mouse, or tells something of the terminal."""
        if mouse := _MOUSE.fullmatch(text):
            return int(mouse[1]) < _EXTRA_BUTTONS
        if size := _SIZE.fullmatch(text):
            rows, columns, height, width = map(int, size.groups())
            sane = 0 < rows <= _LARGEST and 0 < columns <= _LARGEST and height and width
            return self.reports_size and bool(sane)
        return text in _FOCUS or _MODE.fullmatch(text) is not None

    def _alt(self, character: str) -> list[Message]:
        try:
            return list(self._parser._sequence_to_key_events(character, alt=True))
        except Exception:  # noqa: BLE001  whatever Textual makes of it
            self._renew()
            return []

    def _read(self, text: str) -> list[Message]:
        """What Textual reads in a whole sequence or a character."""
        try:
            found = list(self._parser.feed(text))
            complete = self._parser._timeout_time is None
        except Exception:  # noqa: BLE001  whatever Textual makes of it: input goes on
            complete = False
        if complete:
            return found
        self._renew()
        return []

    def _renew(self) -> None:
        """Another parser that knows as much of the terminal."""
        before, self._parser = self._parser, XTermParser(self._debug)
        self.dropped += 1
        for name in ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size"):
            setattr(self._parser, name, getattr(before, name))
