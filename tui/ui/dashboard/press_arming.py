"""What is armed on the desk. Input events become strokes; those that count call what they ask for.

The rules stand in `tui.ui.keys.gesture`; here is what they need of Textual and of the clock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tui.ui.keys.gesture import REPEAT_GAP_S, WINDOW_S, Answer, Device, Gesture, Stroke
from tui.ui.textual_compat.key_facts import key_facts

_LATE_S = 0.05
"""A wait that ends later than this was held up, and so may be the keys that came meanwhile."""
_RECENT = 64
"""Input events that may be on their way through the screen at a time."""
_CLICK = "click"
_CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class PressTarget:
    """What a press is about."""

    account: str
    """Empty for the whole desk."""
    action: str
    """An action's id, `ALL` or `DISARM`."""


ALL = "*"
"""Every action of the account in one call."""
DISARM = "disarm!"
PANIC = PressTarget("", ALL)


def _nothing(_: Answer, __: Stroke, ___: frozenset[PressTarget]) -> None:
    """Nobody is interested."""


def _never(_: float, __: Callable[[], object]) -> None:
    """No wait ends by itself."""


class PressArming:
    """What is armed now, and for how long. One for all screens of an app: a press on one of them
    disarms what was armed on another."""

    def __init__(
        self,
        *,
        once: bool = False,
        clock: Callable[[], float] = time.monotonic,
        call_later: Callable[[float, Callable[[], object]], object] = _never,
        refused: Callable[[Answer, Stroke, frozenset[PressTarget]], None] = _nothing,
    ) -> None:
        """`clock` counts down what is armed; input is dated on `time.monotonic`. `once`: what needs
        no second press by the settings fires at the first. `call_later` calls after so many
        seconds, behind all input that came before. `refused` is called with the reason why a press
        did nothing, and with what it had to confirm.
        """
        self.once = once
        self._clock = clock
        self._call_later = call_later
        self._refused = refused
        self._gesture = Gesture()
        self._until_s = float("-inf")
        """On the app's clock: until when it stays armed."""
        self._then: Callable[[], object] | None = None
        self._targets: frozenset[PressTarget] = frozenset()
        """What is called when the stroke that waits fires, and what it confirms."""
        self._now: Stroke | None = None
        """Of the key that is being handled."""
        self._click: Stroke | None = None
        self._last: Stroke | None = None
        self._extended: Stroke | None = None
        """What waited a second time, because the first time was late."""
        self._recent: deque[tuple[events.Event, Stroke]] = deque(maxlen=_RECENT)

    # Input

    def take(self, event: events.Event) -> Stroke | None:
        """Takes an input event as it comes from the terminal; None when it is no stroke."""
        match event:
            case events.Key():
                stroke = self._stroke(event, _name(event.key), Device.KEY)
                stroke.letter = (
                    event.is_printable and not event.key.isdigit() and event.key != "space"
                )
            case events.MouseUp():
                stroke = self._click = self._stroke(event, _CLICK, Device.MOUSE)
                stroke.spot = (event.screen_x, event.screen_y)
            case events.Paste():
                stroke = self._stroke(event, "paste", Device.KEY)
                stroke.letter = stroke.burst = True
            case _:
                return None
        self._feed(stroke)
        self._recent.append((event, stroke))
        return stroke

    @contextmanager
    def handling(self, event: events.Event) -> Iterator[None]:
        """What is pressed meanwhile is asked for by this event."""
        self._now = next((stroke for one, stroke in self._recent if one is event), None)
        try:
            yield
        finally:
            self._now = None

    def too_old(self, stroke: Stroke) -> bool:
        """Whether nothing may come of it any more, whatever it is."""
        return stroke.stale or self.age_s(stroke) > WINDOW_S

    @property
    def burst(self) -> bool:
        """Whether the key that is being handled came in one piece with others."""
        return self._now is not None and self._now.burst

    def age_s(self, stroke: Stroke) -> float:
        """Seconds since it was typed."""
        return time.monotonic() - stroke.at_s

    # Presses

    def press(
        self,
        targets: frozenset[PressTarget],
        then: Callable[[], object],
        *,
        always_twice: bool = False,
        by: Message | None = None,
    ) -> None:
        """Calls `then` at once or a moment later if the press confirms the targets, or needs no
        confirming; arms them if not.

        `by` is the click, or the message of a button that was pressed by mouse or by key. Without
        it, it is the key that is being handled, or something chosen from a menu.
        """
        stroke = self._stroke_of(by)
        if self._until_s <= self._clock():
            self._gesture.disarm()
        if self.once and not always_twice:
            answer = self._gesture.tap(stroke, time.monotonic(), ends_typing=True)
        else:
            answer = self._gesture.press(stroke, targets, time.monotonic())
        if answer is Answer.ARMED:
            self._until_s = self._clock() + WINDOW_S - max(0.0, self.age_s(stroke))
        self._act(answer, stroke, then, targets)

    def tap(self, then: Callable[[], object], *, by: Message | None = None) -> None:
        """Calls `then` for a press that needs no confirming, if it is one."""
        stroke = self._stroke_of(by)
        self._act(self._gesture.tap(stroke, time.monotonic()), stroke, then, frozenset())

    def left_s(self, target: PressTarget) -> float:
        """Seconds for which `target` stays armed; 0 when it is not."""
        return max(0.0, self._until_s - self._clock()) if target in self.armed else 0.0

    @property
    def armed(self) -> frozenset[PressTarget]:
        """What a second press would fire now."""
        by = self._by
        targets = by.armed if by is not None else frozenset()
        return frozenset(one for one in targets if isinstance(one, PressTarget))

    @property
    def armed_by(self) -> str:
        """The key by which it is armed, as Textual names it; empty for a click or a menu."""
        by = self._by
        return by.key if by is not None and by.device is Device.KEY else ""

    @property
    def _by(self) -> Stroke | None:
        """The stroke that armed what is armed."""
        if self._until_s <= self._clock():
            return None
        return self._gesture.last_press(time.monotonic())

    def clear(self) -> None:
        """Nothing is armed any more."""
        self._gesture.clear()
        self._then = None

    # In it

    def _stroke(self, event: events.Event, key: str, device: Device) -> Stroke:
        facts = key_facts(event)
        at_s = facts.typed_at_s
        if self._last is not None:
            at_s = max(at_s, self._last.at_s)
        return Stroke(
            key, at_s, device, repeat=facts.repeat, burst=facts.burst, stale=facts.stale
        )  # fmt: skip

    def _feed(self, stroke: Stroke) -> None:
        waiting = self._gesture.waiting
        settled = self._gesture.feed(stroke)
        self._last = stroke
        if waiting is not None and settled is not None:
            self._settle(settled, waiting)

    def _stroke_of(self, by: Message | None) -> Stroke:
        """The stroke that an event comes of. A click that came past the app's input, as a test's
        does, is one of its own."""
        if by is None and self._now is not None:
            return self._now
        if isinstance(by, events.MouseEvent):
            stroke, self._click = self._click, None
            if stroke is None:
                stroke = self._stroke(by, _CLICK, Device.MOUSE)
                stroke.spot = (by.screen_x, by.screen_y)
                self._feed(stroke)
            return stroke
        if by is not None and self._last is not None:
            return self._last
        now_s = time.monotonic()
        at_s = now_s if self._last is None else max(now_s, self._last.at_s)
        stroke = Stroke(_CHOICE, at_s, Device.MENU)
        self._feed(stroke)
        return stroke

    def _act(
        self,
        answer: Answer,
        stroke: Stroke,
        then: Callable[[], object],
        targets: frozenset[PressTarget],
    ) -> None:
        if answer is Answer.FIRE:
            then()
        elif answer is Answer.WAIT:
            self._then, self._targets = then, targets
            self._wait()
        elif answer is not Answer.ARMED:
            self._refused(answer, stroke, targets)

    def _wait(self) -> None:
        due_s = self._gesture.due_s
        if due_s is not None:
            self._call_later(max(0.0, due_s - time.monotonic()), self._waited)

    def _waited(self) -> None:
        """The time of a stroke that waits should be over. If this comes late, so may a repeat that
        was typed in time: then it waits once more."""
        waiting, due_s, now_s = self._gesture.waiting, self._gesture.due_s, time.monotonic()
        if waiting is None or due_s is None:
            return
        if now_s < due_s:
            self._wait()
        elif self.too_old(waiting):
            self._gesture.clear()
            self._settle(Answer.STALE, waiting)
        elif now_s - due_s > _LATE_S and self._extended is not waiting:
            self._extended = waiting
            self._call_later(REPEAT_GAP_S, self._waited)
        else:
            settled = self._gesture.settle(now_s)
            if settled is not None:
                self._settle(settled, waiting)

    def _settle(self, settled: Answer, waiting: Stroke) -> None:
        then, self._then = self._then, None
        if settled is Answer.FIRE and then is not None:
            then()
        elif settled is not Answer.FIRE:
            self._refused(settled, waiting, self._targets)


def _name(key: str) -> str:
    """A capital comes as itself or as shift and the small letter: the same key."""
    plain = key.removeprefix("shift+")
    return plain.upper() if plain != key and len(plain) == 1 and plain.isalpha() else key
