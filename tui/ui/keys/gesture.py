"""Which presses count: those of a hand on purpose, not those of a held key, a paste or a cat.

A *stroke* is one key or click as the terminal reported it, with the time at which it was typed. A
*press* is a stroke that asks for something. Most presses must be made twice: the first arms its
targets, the second confirms them. Between the two there is no stroke of another key. A key that
is held is no press of such a pair: what it armed is withdrawn when it repeats.

A key that is held repeats by itself, and many terminals do not tell such a repeat from a press.
Then only time tells them apart:

- A repeat starts 200 ms to 2 s after the press (X11, Windows, macOS and the Linux console offer
  nothing shorter than 200 ms). A second stroke clearly sooner than that is a press, and acts at
  once.
- A later second stroke may be the first repeat. If it is, the next one follows within the repeat
  interval: 92 ms on a Linux console, 90 ms on macOS, 33 to 50 ms elsewhere, as they are delivered.
  So it is decided once `REPEAT_GAP_S` has passed without a third stroke. Fingers tap a key no
  faster than about seven times a second, which is slower than that.
- Where the terminal tells a press from a repeat (kitty's protocol), nothing waits.

- After a pair, or after another key, two quick strokes are two taps unless a third
  follows: whoever panics twice within a second must get through.

What time alone cannot tell: a key that is let go right after its first repeat looks like two taps,
and so does a key whose repeats are more than `REPEAT_GAP_S` apart (under eight a second).

Everything here is pure: times are handed in, in seconds on one monotonic clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import Enum, auto

WINDOW_S = 2.0
"""How long a first press waits for the second. Older strokes are too old to act at all."""
REPEAT_STARTS_S = 0.18
"""No keyboard repeats a key sooner than 200 ms after the press; the rest is for a connection that
delivers the press late and the repeat in time."""
REPEAT_GAP_S = 0.13
"""The longest interval between two repeats of a held key that is told from taps."""
RELEASED_S = 0.4
"""A held key that is silent for this long was let go, even if a connection delays its repeats."""
TYPING_S, TYPED = 0.3, 2
"""A press after so many other letters within this time is part of typing: a fast typist leaves 60
to 150 ms between letters, somebody who gives commands one after the other does not."""
NEXT_LETTER_S = 0.16
"""One other letter as close as this is enough: the next letter of a word, or a paw on two keys."""
DOUBLE_CLICK_S = 0.5
"""The second click of a double click comes sooner (500 ms is the default of Windows, GNOME and KDE
have 400 ms)."""
MASHED = 4
"""A chain of so many clicks, each within a double click's time, is no double or triple click."""
_KEPT = 64
"""Strokes that are remembered."""


class Device(Enum):
    """Where a stroke comes from."""

    KEY = auto()
    MOUSE = auto()
    MENU = auto()
    """Something that was chosen by its name, in the palette."""


class Nature(Enum):
    """What a stroke of a key is, as far as known by now."""

    PRESS = auto()
    MAYBE = auto()
    """A press, or the first repeat: what follows tells."""
    DOUBTFUL = auto()
    """After a hold: a press, or a repeat that a connection delivered late."""
    REPEAT = auto()


class Answer(Enum):
    """What comes of a press."""

    FIRE = auto()
    ARMED = auto()
    WAIT = auto()
    """It will fire, unless what follows within `REPEAT_GAP_S` shows that the key is held."""
    HELD = auto()
    """An auto-repeat, or a stroke that was a press already."""
    DOUBLE_CLICK = auto()
    AMID = auto()
    """It came in the middle of other keys."""
    INTERRUPTED = auto()
    """Another key followed before it was known to be a press."""
    BURST = auto()
    STALE = auto()


@dataclass(eq=False, slots=True)
class Stroke:
    """One key or click, and what is found out about it."""

    key: str
    """Every click has the same."""
    at_s: float
    device: Device = Device.KEY
    letter: bool = False
    """A character of which words are made; digits and keys that move a cursor are none."""
    repeat: bool | None = None
    """None where the terminal does not tell."""
    burst: bool = False
    stale: bool = False
    spot: tuple[int, int] = (0, 0)
    """Of a click: column and row."""

    nature: Nature = Nature.PRESS
    armed: frozenset[Hashable] = frozenset()
    """What it armed, or left armed."""
    armed_at_s: float = 0.0
    used: bool = False
    """One stroke is one press, whatever else asks."""
    completed: bool = False
    """It confirmed; what follows begins afresh."""
    follows: bool = False
    """It is no repeat, and comes straight after another stroke of its key."""
    hardly_held: bool = False
    """It may be the first repeat of a key, but another key or a whole pair came before: a second
    one close to it is a fast second tap unless a third follows."""


class Gesture:
    """Judges presses. `feed` it every stroke in the order in which they were typed.

    What a stroke asks for may be known only after later ones were fed, for a screen handles its
    input in queues; so nothing here depends on when `press` is called, but for strokes that are
    too old by then.
    """

    def __init__(self) -> None:
        self._strokes: deque[Stroke] = deque(maxlen=_KEPT)
        self._waiting: Stroke | None = None
        self._confirming = False
        """Whether the stroke that waits confirms something."""

    def feed(self, stroke: Stroke) -> Answer | None:
        """Takes the next stroke; returns what became of one that waited, None if it still does
        or none did."""
        settled = self.settle(stroke.at_s)
        if stroke.device is Device.KEY:
            before = self._same_key(stroke.key)
            alone = bool(self._strokes) and before is self._strokes[-1]
            stroke.nature = _nature(stroke, before, alone=alone)
            if before is not None and stroke.at_s - before.at_s < WINDOW_S:
                stroke.follows = alone and stroke.nature is not Nature.REPEAT
                maybe = stroke.nature is Nature.MAYBE and not before.hardly_held
                stroke.hardly_held = maybe and (before.follows or not alone)
            if stroke.nature is Nature.REPEAT and before is not None:
                _expose(before)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            settled = Answer.HELD if waiting.key == stroke.key else Answer.INTERRUPTED
        if stroke.nature is Nature.REPEAT and self._strokes:
            last = self._strokes[-1]
            if last.nature is Nature.REPEAT and last.key == stroke.key:
                self._strokes.pop()  # a held key does not push out what it follows
        self._strokes.append(stroke)
        return settled

    def press(self, stroke: Stroke, targets: frozenset[Hashable], now_s: float) -> Answer:
        """What comes of `stroke`, which asks for `targets` and has to be confirmed.

        It confirms when all its targets are armed: after the key that arms every button of a
        panel, a click on one of them fires that one's part.
        """
        refused = self._refused(stroke, now_s)
        if refused is not None:
            return refused
        before = self._before(stroke)
        if before is None or not _confirms(before, stroke, targets):
            if self._amid(stroke):
                return Answer.AMID
            stroke.armed, stroke.armed_at_s = targets, stroke.at_s
            return Answer.ARMED
        if stroke.nature is Nature.DOUBTFUL:
            stroke.armed, stroke.armed_at_s = targets, stroke.at_s
            return Answer.ARMED
        stroke.armed, stroke.armed_at_s = before.armed, before.armed_at_s
        if self._chain(stroke) and not self._mashed(stroke):
            return Answer.DOUBLE_CLICK
        return self._fire(stroke, confirming=True)

    def tap(self, stroke: Stroke, now_s: float, *, ends_typing: bool = False) -> Answer:
        """What comes of `stroke`, which acts without being confirmed.

        `ends_typing`: what follows it closely is not taken for a part of the same typing.
        """
        refused = self._refused(stroke, now_s)
        if refused is not None:
            return refused
        if self._amid(stroke):
            return Answer.AMID
        if stroke.nature is Nature.DOUBTFUL:
            return Answer.HELD
        if self._chain(stroke, near=True):
            return Answer.DOUBLE_CLICK
        return self._fire(stroke, confirming=ends_typing)

    def settle(self, now_s: float) -> Answer | None:
        """FIRE when a stroke that waited has done so for long enough, else None."""
        waiting = self._waiting
        if waiting is None or now_s < waiting.at_s + REPEAT_GAP_S:
            return None
        self._waiting = None
        waiting.completed = self._confirming
        return Answer.FIRE

    @property
    def waiting(self) -> Stroke | None:
        """The stroke that waits until it is known to be a press."""
        return self._waiting

    @property
    def due_s(self) -> float | None:
        """When the stroke that waits has waited long enough."""
        return None if self._waiting is None else self._waiting.at_s + REPEAT_GAP_S

    def last_press(self, now_s: float) -> Stroke | None:
        """The stroke by which something is armed now; None when nothing is."""
        last = _press_of(reversed(self._strokes))
        if last is None or last.completed or not last.armed:
            return None
        return last if now_s - last.armed_at_s < WINDOW_S else None

    def clear(self) -> None:
        """Nothing is armed any more, and nothing waits."""
        self._waiting = None
        self.disarm()

    def disarm(self) -> None:
        """Nothing is armed any more."""
        for stroke in self._strokes:
            stroke.armed = frozenset()

    def _refused(self, stroke: Stroke, now_s: float) -> Answer | None:
        """Why it is no press at all."""
        used, stroke.used = stroke.used, True
        if used or stroke.nature is Nature.REPEAT:
            return Answer.HELD
        if stroke.stale or now_s - stroke.at_s > WINDOW_S:
            return Answer.STALE
        return Answer.BURST if stroke.burst else None

    def _same_key(self, key: str) -> Stroke | None:
        """The last stroke of that key; none if another one was confirmed since, for hands did that
        and held nothing."""
        for one in reversed(self._strokes):
            if one.key == key:
                return one
            if one.completed:
                return None
        return None

    def _before(self, stroke: Stroke) -> Stroke | None:
        """The press before it."""
        return _press_of(self._earlier(stroke))

    def _earlier(self, stroke: Stroke) -> list[Stroke]:
        """The strokes before it, the nearest first."""
        strokes = list(self._strokes)
        at = next((n for n, one in enumerate(strokes) if one is stroke), len(strokes))
        return strokes[:at][::-1]

    def _amid(self, stroke: Stroke) -> bool:
        """Whether it is a letter that belongs to typing."""
        letters = 0
        for one in self._earlier(stroke) if stroke.letter else ():
            gap_s = stroke.at_s - one.at_s
            if one.completed or gap_s >= TYPING_S:
                break
            if one.letter and one.key != stroke.key:
                letters += TYPED if gap_s < NEXT_LETTER_S else 1
        return letters >= TYPED

    def _chain(self, stroke: Stroke, *, near: bool = False) -> int:
        """How many clicks, each within a double click's time of the next, came before this one;
        `near`: at about the same place."""
        count, last = 0, stroke
        if stroke.device is Device.MOUSE:
            for one in self._earlier(stroke):
                if one.device is not Device.MOUSE or last.at_s - one.at_s >= DOUBLE_CLICK_S:
                    break
                if near and (
                    abs(one.spot[0] - last.spot[0]) > 2 or abs(one.spot[1] - last.spot[1]) > 1
                ):
                    break
                count, last = count + 1, one
        return count

    def _mashed(self, stroke: Stroke) -> bool:
        """Whether it is one of so many clicks that it is no double or triple click."""
        return (
            self._chain(stroke) >= MASHED - 1 and stroke.at_s - stroke.armed_at_s >= DOUBLE_CLICK_S
        )

    def _fire(self, stroke: Stroke, *, confirming: bool) -> Answer:
        if stroke.nature is Nature.MAYBE:
            later = self._after(stroke)
            if later is None:
                self._waiting, self._confirming = stroke, confirming
                return Answer.WAIT
            if later.at_s < stroke.at_s + REPEAT_GAP_S:
                return Answer.INTERRUPTED
        stroke.completed = confirming
        return Answer.FIRE

    def _after(self, stroke: Stroke) -> Stroke | None:
        later = None
        for one in reversed(self._strokes):
            if one is stroke:
                return later
            later = one
        return later


def _nature(stroke: Stroke, before: Stroke | None, *, alone: bool) -> Nature:
    """What a stroke is, judged by the one of the same key before it; `alone`: nothing came between
    the two, for another key ends the repeats of the first."""
    if stroke.repeat is not None:
        return Nature.REPEAT if stroke.repeat else Nature.PRESS
    if before is None or stroke.at_s - before.at_s >= WINDOW_S:
        return Nature.PRESS
    gap_s = stroke.at_s - before.at_s
    soon = stroke.at_s < before.at_s + REPEAT_GAP_S
    if before.nature is Nature.REPEAT:
        if gap_s >= RELEASED_S:
            return Nature.PRESS
        return Nature.REPEAT if soon and alone else Nature.DOUBTFUL
    if before.nature is not Nature.PRESS and soon:
        return Nature.MAYBE if before.hardly_held else Nature.REPEAT
    return Nature.PRESS if gap_s < REPEAT_STARTS_S else Nature.MAYBE


def _press_of(latest_first: Iterable[Stroke]) -> Stroke | None:
    """The latest stroke, unless it is a repeat: a key that is held arms nothing any more."""
    last = next(iter(latest_first), None)
    return None if last is None or last.nature is Nature.REPEAT else last


def _expose(before: Stroke) -> None:
    """The stroke before a repeat was one, too, unless it was a press for certain."""
    if before.nature is not Nature.PRESS:
        before.nature = Nature.REPEAT


def _confirms(before: Stroke, stroke: Stroke, targets: frozenset[Hashable]) -> bool:
    """Whether `before` armed what `stroke` asks for, by the same key or on another device."""
    return (
        bool(targets)
        and targets <= before.armed
        and not before.completed
        and stroke.at_s - before.armed_at_s < WINDOW_S
        and (stroke.key == before.key or stroke.device is not before.device)
    )
