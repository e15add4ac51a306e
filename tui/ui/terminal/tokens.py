"""Cuts the bytes of a terminal into characters, whole control sequences and pastes.

Only what is complete and well formed comes out. What is cut, malformed or late is dropped and
counted, and no part of it ever becomes a character: a character may cancel orders.

The syntax is that of ECMA-48 and of xterm's "Control Sequences": ESC [ begins a control sequence
(CSI), ESC O a single shift (SS3), and ESC ], P, _, ^ a string that ESC \\ or BEL ends.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

ESCAPE_S = 0.1
"""An ESC with nothing after it for so long is the escape key."""
SEQUENCE_S = 1.0
"""A begun sequence may take so long to arrive. After that its rest is awaited only to be dropped:
it was typed too long ago."""
REST_S = 30.0
"""The rest of a late sequence is dropped as such for so long; it is a few bytes, so a key that is
mistaken for it is lost once."""
STRING_REST_S = 5.0
"""The same for the rest of a string, which may be of any length: keys are lost meanwhile."""
PASTE_S = 5.0
"""A paste ends after so long without more of it, should its end never come."""
PASTE_GAP_S = 0.02
"""Several bytes that follow the end of a paste within so long belong to it: the text that was
pasted may contain a mark of the end itself."""
BURST_GAP_S = 0.002
"""No hand types two characters within so long."""
LONGEST_SEQUENCE = 128
LONGEST_PASTE = 1_000_000

_ESC, _BEL = 0x1B, 0x07
_PASTE_BEGINS, _PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
_STRINGS = b"]P_^"
_X10_MOUSE_BYTES = 3


@dataclass(frozen=True, slots=True)
class Character:
    """A printable or control character."""

    text: str
    at_s: float
    """When it was read, on the caller's clock."""
    burst: bool = False
    """It came together with other characters, as a paste without brackets does."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A whole control sequence, ESC included; ESC alone is the escape key."""

    text: str
    at_s: float
    """When its first byte was read."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """The text of a bracketed paste, without escape characters."""

    text: str
    at_s: float


Token: TypeAlias = Character | Sequence | Pasted


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    CSI = auto()
    SS3 = auto()
    X10_MOUSE = auto()
    """Three bytes of any value follow."""
    CONSOLE_KEY = auto()
    """ESC [ [ of a Linux console: one letter follows."""
    STRING = auto()
    PASTE = auto()


class Tokenizer:
    """Give it what was read with `feed`, and call `expire` when `deadline_s` has passed."""

    def __init__(self) -> None:
        self.dropped = 0
        """How many sequences and pastes were dropped: cut, malformed or late."""
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._last_character_s = float("-inf")
        self._last_paste_s = float("-inf")
        self._escape_rest_until_s = float("-inf")
        """Until then what looks like the rest of a sequence is one: its ESC came alone."""
        self._begin()

    def reset(self) -> None:
        """Forgets what has begun; its rest belongs to another time."""
        if self._state is not _State.GROUND:
            self.dropped += 1
        self._begin()

    def _begin(self) -> None:
        self._state = _State.GROUND
        self._held = bytearray()
        """The sequence, or the paste, so far."""
        self._late = False
        """What has begun is to be dropped when it is complete."""
        self._at_s = 0.0
        self._deadline_s: float | None = None
        self._decode(b"", final=True)

    @property
    def deadline_s(self) -> float | None:
        """When `expire` has something to do, on the caller's clock."""
        return self._deadline_s

    def expire(self, now_s: float) -> list[Token]:
        """What the time decides: an ESC alone is a key, what is not complete by now is late."""
        if self._deadline_s is None or now_s < self._deadline_s:
            return []
        if self._state is _State.ESCAPE:
            self._end()
            self._escape_rest_until_s = now_s + REST_S
            return [Sequence("\x1b", self._at_s)]
        if self._state is _State.PASTE:
            self.dropped += 1
            begun = self._end_begun()
            self._end()
            if begun == b"\x1b":
                self._escape_rest_until_s = now_s + REST_S
            elif begun:  # its rest is no key
                self._state, self._held, self._late = _State.CSI, bytearray(begun), True
                self._deadline_s = now_s + REST_S
        elif self._late:
            self._end()
        else:
            self.dropped += 1
            self._late = True
            rest_s = STRING_REST_S if self._state is _State.STRING else REST_S
            self._deadline_s = now_s + rest_s
        return []

    def feed(self, data: bytes, now_s: float) -> list[Token]:
        """The tokens that are complete with these bytes, which were read at once."""
        if self._state is _State.ESCAPE and data[:1] not in (b"[", b"O"):
            before = self.expire(now_s)
        else:
            before = []
        several = len(data) > 1
        if self._state is _State.STRING and self._late and len(self._held) == 2 and not several:
            self._end()  # alt and a bracket, after all, and then another key
        close = now_s - self._last_paste_s <= PASTE_GAP_S
        reading = _Reading(now_s, tail=several and close)
        for at, byte in enumerate(data):
            self._take(byte, reading, last=at + 1 == len(data))
        if self._state is not _State.GROUND and several and not self._late:
            self._prolong(now_s)
        return before + self._finish(reading)

    def _finish(self, reading: _Reading) -> list[Token]:
        """Marks the characters that came in a burst."""
        now_s = reading.now_s
        reading.end_tail()
        burst = reading.characters > 1 or reading.broken
        burst = burst or now_s - self._last_character_s < BURST_GAP_S
        if reading.characters:
            self._last_character_s = now_s
        if not burst:
            return reading.tokens
        return [
            Character(one.text, one.at_s, burst=True) if isinstance(one, Character) else one
            for one in reading.tokens
        ]

    # --- one byte ---------------------------------------------------------------------------------

    def _take(self, byte: int, reading: _Reading, *, last: bool) -> None:
        if self._state is _State.PASTE:
            self._in_paste(byte, reading)
        elif byte == _ESC and self._state not in (_State.X10_MOUSE, _State.STRING):
            self._on_escape(reading)
        else:
            match self._state:
                case _State.GROUND:
                    self._on_ground(byte, reading, last=last)
                case _State.ESCAPE:
                    self._after_escape(byte, reading)
                case _State.CSI:
                    self._in_csi(byte, reading)
                case _State.SS3:
                    self._in_ss3(byte, reading)
                case _State.STRING:
                    self._in_string(byte, reading)
                case _:
                    self._hold(byte)
                    if len(self._held) == self._whole:
                        self._complete(reading)

    def _on_escape(self, reading: _Reading) -> None:
        if self._state is _State.ESCAPE:
            reading.emit(Sequence("\x1b", self._at_s))
        elif self._state is not _State.GROUND:
            self._break(reading)
        reading.skipping = False
        self._escape_rest_until_s = float("-inf")
        self._decode(b"", final=True)  # a character that is cut by it is none
        self._start(_State.ESCAPE, b"\x1b", reading, ESCAPE_S)

    def _on_ground(self, byte: int, reading: _Reading, *, last: bool) -> None:
        rest, self._escape_rest_until_s = self._escape_rest_until_s, float("-inf")
        if reading.now_s < rest and not reading.skipping:
            begun = {0x5B: _State.CSI, 0x4F: _State.SS3}.get(byte)
            if begun is None and byte in _STRINGS and not last:
                begun = _State.STRING
            if begun is not None:
                wait_s = STRING_REST_S if begun is _State.STRING else REST_S
                self._start(begun, bytes((_ESC, byte)), reading, wait_s)
                self._late = True
                reading.broken = True
                self.dropped += 1
                return
        for text in self._decode(bytes((byte,))):
            reading.characters += 1
            if not _may_be_typed(text):
                continue
            if reading.tail:
                reading.pasted += text
            elif not reading.skipping:
                reading.emit(Character(text, reading.now_s))

    def _after_escape(self, byte: int, reading: _Reading) -> None:
        if byte == 0x5B:
            self._go_on(_State.CSI, byte, reading)
        elif byte == 0x4F:
            self._go_on(_State.SS3, byte, reading)
        elif byte in _STRINGS:
            self._go_on(_State.STRING, byte, reading)
        elif 0x20 <= byte < 0x7F:
            self._hold(byte)
            self._complete(reading)
        else:
            self._break(reading)

    def _in_csi(self, byte: int, reading: _Reading) -> None:
        if len(self._held) == 2 and byte == 0x5B:
            self._go_on(_State.CONSOLE_KEY, byte, reading)
        elif len(self._held) == 2 and byte == 0x4D:
            self._go_on(_State.X10_MOUSE, byte, reading)
        elif 0x20 <= byte < 0x40:
            self._hold(byte)
            if self._late:  # any letter ends it, so this keeps no key out for long
                self._deadline_s = reading.now_s + REST_S
        elif 0x40 <= byte < 0x7F:
            self._hold(byte)
            self._complete(reading)
        else:
            self._break(reading)

    def _in_ss3(self, byte: int, reading: _Reading) -> None:
        if 0x30 <= byte < 0x3C:  # xterm's modifiers of old
            self._hold(byte)
        elif 0x20 <= byte < 0x7F:
            self._hold(byte)
            self._complete(reading)
        else:
            self._break(reading)

    def _in_string(self, byte: int, reading: _Reading) -> None:
        """Strings answer questions that are never asked, so none comes out."""
        ended = byte == _BEL or (byte == 0x5C and self._held[-1] == _ESC)
        if ended:
            self._end()
        elif self._held[-1] == _ESC and byte != _ESC:
            self._break(reading)  # ESC and something else: another sequence
            self._start(_State.ESCAPE, b"\x1b", reading, ESCAPE_S)
            reading.skipping = False
            self._take(byte, reading, last=False)
        else:
            self._held[2:] = bytes((byte,))

    def _in_paste(self, byte: int, reading: _Reading) -> None:
        self._held.append(byte)
        if self._held.endswith(_PASTE_ENDS):
            pasted = self._held[: -len(_PASTE_ENDS)][:LONGEST_PASTE]
            text = pasted.decode(errors="replace")
            at_s = self._at_s
            self._end()
            self._last_paste_s = reading.now_s
            reading.tokens.append(Pasted(text.replace("\x1b", ""), at_s))
            reading.tail = True
        elif len(self._held) > LONGEST_PASTE + len(_PASTE_ENDS):
            del self._held[LONGEST_PASTE : -len(_PASTE_ENDS)]

    def _end_begun(self) -> bytes:
        """As much of the mark of its end as the paste ends with."""
        marks = (_PASTE_ENDS[:length] for length in range(len(_PASTE_ENDS) - 1, 0, -1))
        return next((mark for mark in marks if self._held.endswith(mark)), b"")

    # --- the sequence so far ----------------------------------------------------------------------

    @property
    def _whole(self) -> int:
        more = _X10_MOUSE_BYTES if self._state is _State.X10_MOUSE else 1
        return 3 + more

    def _start(self, state: _State, held: bytes, reading: _Reading, wait_s: float) -> None:
        self._state = state
        self._held = bytearray(held)
        self._late = False
        self._at_s = reading.now_s
        self._deadline_s = reading.now_s + wait_s

    def _go_on(self, state: _State, byte: int, reading: _Reading) -> None:
        self._state = state
        self._hold(byte)
        if not self._late:
            self._deadline_s = reading.now_s + SEQUENCE_S

    def _hold(self, byte: int) -> None:
        if len(self._held) < LONGEST_SEQUENCE:
            self._held.append(byte)
        elif not self._late:  # no sequence of a terminal is so long
            self._late = True
            self.dropped += 1

    def _prolong(self, now_s: float) -> None:
        """More of it has just come, and not from a hand: a hand must not keep it alive."""
        waits = {_State.PASTE: PASTE_S, _State.STRING: SEQUENCE_S}
        if self._state in waits:
            self._deadline_s = now_s + waits[self._state]

    def _complete(self, reading: _Reading) -> None:
        held, late = bytes(self._held), self._late
        at_s = self._at_s
        self._end()
        if held == _PASTE_BEGINS:
            self._start(_State.PASTE, b"", reading, PASTE_S)
            reading.end_tail()
        elif held == _PASTE_ENDS:
            reading.tail = reading.broken = True
            self._last_paste_s = reading.now_s
        elif late:
            reading.broken = True
        else:
            reading.emit(Sequence(held.decode("latin-1"), at_s))

    def _break(self, reading: _Reading) -> None:
        """It is no sequence, so what it is made of is nothing, nor what came along with it."""
        self.dropped += not self._late
        self._end()
        reading.broken = reading.skipping = True

    def _end(self) -> None:
        self._state = _State.GROUND
        self._held = bytearray()
        self._late = False
        self._deadline_s = None


class _Reading:
    """What came at once, and what it amounts to."""

    def __init__(self, now_s: float, *, tail: bool) -> None:
        self.now_s = now_s
        self.tokens: list[Token] = []
        self.characters = 0
        self.broken = False
        """Something in it was no whole sequence."""
        self.tail = tail
        """It belongs to a paste that seems to have ended: nothing in it is a key."""
        self.pasted = ""
        """Its text."""
        self.skipping = False
        """Characters are dropped up to the next ESC."""

    def end_tail(self) -> None:
        if self.pasted:
            self.tokens.append(Pasted(self.pasted, self.now_s))
        self.tail, self.pasted = False, ""

    def emit(self, token: Token) -> None:
        if not self.tail:
            self.tokens.append(token)


def _may_be_typed(text: str) -> bool:
    """Neither half a character nor a control character that no key sends."""
    return text != "\ufffd" and not "\x80" <= text < "\xa0"
