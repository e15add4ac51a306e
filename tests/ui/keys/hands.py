"""Hands, keyboards, mice and cats for the tests of gestures: which keys arrive, and when.

Times are in ms; a list of (key, ms) is what a terminal delivers, in that order.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from tui.ui.keys.gesture import Answer, Device, Gesture, Stroke

Typed = list[tuple[str, int]]
"""A click is `click`."""

ROWS = ("1234567890", "qwertyuiop", "asdfghjkl;", "zxcvbnm,./")
KEYBOARDS = ((250, 33), (375, 90), (500, 33), (600, 40), (660, 40), (250, 92), (225, 30), (200, 10))
"""Initial delay and repeat interval: Windows at its fastest, macOS, GNOME and Windows, KDE and
Sway, X11, the Linux console, macOS at its fastest, and the fastest of `xset r rate`."""


def held(key: str, random: Random, start: int = 0, soonest: int = 200) -> Typed:
    """A held key: its press and at least two repeats, as the keyboard sends them.

    A key let go after its first repeat cannot be told from two taps, so there are two. `soonest`
    is the shortest initial delay.
    """
    if random.random() < 0.5:
        delay, every = random.choice([one for one in KEYBOARDS if one[0] >= soonest])
    else:
        delay, every = random.randint(max(200, soonest), 1000), random.randint(10, 50)
    repeats = [delay + n * every for n in range(random.randint(2, 60))]
    return [(key, start + at) for at in (0, *repeats)]


def late(typed: Typed, random: Random, jitter: int) -> Typed:
    """The same over a connection that delays each key by up to `jitter` ms and keeps the order."""
    arrived: Typed = []
    last = 0
    for key, at in sorted(typed, key=lambda one: one[1]):
        last = max(last, at + random.randint(0, jitter))
        arrived.append((key, last))
    return arrived


def cat(random: Random) -> Typed:
    """Paws: each comes down on two to five neighbouring keys, up to 150 ms from one to the next,
    and rests on them, so that the last one repeats. A paw on shift makes capitals."""
    typed: Typed = []
    now = 0
    for _ in range(random.randint(1, 12)):
        row = random.choice(ROWS)
        at = random.randrange(len(row) - 1)
        under = list(random.choice((row[at : at + random.randint(2, 5)], "zXc", "as", "Xa")))
        random.shuffle(under)
        if random.random() < 0.5:
            under = [one.upper() for one in under]
        down = list(accumulate(random.randint(0, 150) for _ in under))
        typed += [(one, now + after) for one, after in zip(under, down, strict=True)]
        rest = random.randint(40, 2000)
        delay, every = random.choice(KEYBOARDS)
        repeats = range(down[-1] + delay, down[-1] + rest, every)
        if len(repeats) > 1:
            typed += [(under[-1], now + at_ms) for at_ms in repeats]
        now += down[-1] + rest + random.randint(60, 500)
    return typed


def typist(random: Random, words: str) -> Typed:
    """A fast typist: 60 to 150 ms from a letter to the next."""
    now = 0
    typed: Typed = []
    for letter in words:
        typed.append((letter, now))
        now += random.randint(60, 149)
    return typed


def many_keys(random: Random) -> Typed:
    """Different keys, none twice in a row, at most 240 ms apart."""
    keys = string.ascii_letters + string.digits + ",./!?"
    typed: Typed = []
    now = 0
    for _ in range(random.randint(2, 80)):
        key = random.choice(keys) if random.random() < 0.6 else random.choice("XcsuaxC")
        if not typed or key != typed[-1][0]:
            typed.append((key, now))
        now += random.randint(0, 240)
    return typed


@dataclass
class Desk:
    """What the keys of the dashboard do, with nothing but the rules of gestures between."""

    once: bool = False
    gesture: Gesture = field(default_factory=Gesture)
    fired: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    timer: bool = False
    _next: str = ""

    def feed(self, key: str, ms: int, **facts: bool) -> Stroke:
        device = Device.MOUSE if key == "click" else Device.KEY
        letter = len(key) == 1 and not key.isdigit()
        stroke = Stroke(key, ms / 1000, device, letter=letter, **facts)
        settled = self.gesture.feed(stroke)
        if settled is Answer.FIRE:
            self._fire(self._next)
        return stroke

    def handle(self, stroke: Stroke) -> None:
        now_s = stroke.at_s
        if stroke.key == "a" and not self.timer:
            answer = self.gesture.tap(stroke, now_s)
            what = "arm"
        elif stroke.key in "Xcsua" or stroke.key == "click":
            what = {"a": "disarm", "click": "X"}.get(stroke.key, stroke.key)
            if self.once and what != "disarm":
                answer = self.gesture.tap(stroke, now_s, ends_typing=True)
            else:
                answer = self.gesture.press(stroke, frozenset({what}), now_s)
        else:
            return
        self.answers.append(answer)
        if answer is Answer.FIRE:
            self._fire(what)
        elif answer is Answer.WAIT:
            self._next = what

    def _fire(self, what: str) -> None:
        if what == "arm":
            self.timer = True
        else:
            self.fired.append(what)

    def play(self, typed: Typed, batch: int = 1, **facts: bool) -> list[str]:
        """What fires of it; the screen handles so many keys at a time."""
        for at in range(0, len(typed), batch):
            strokes = [self.feed(key, ms, **facts) for key, ms in typed[at : at + batch]]
            for stroke in strokes:
                self.handle(stroke)
        if self.gesture.settle(float("inf")) is Answer.FIRE:
            self._fire(self._next)
        return self.fired
