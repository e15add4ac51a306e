"""Between input events and the rules of gestures: dates, the key that is meant, what waits."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from textual import events

from tui.ui.dashboard import press_arming as module
from tui.ui.dashboard.press_arming import ALL, PANIC, PressArming, PressTarget
from tui.ui.keys.gesture import REPEAT_GAP_S, Answer, Stroke
from tui.ui.textual_compat.key_facts import KeyFacts

ONE = frozenset({PressTarget("okx", "spreads")})
OTHER = frozenset({PressTarget("okx", "quotes")})


class Hand:
    """Types keys that are so many seconds old when they come, and keeps what is called later."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fired: list[str] = []
        self.refused: list[Answer] = []
        self.later: list[tuple[float, Callable[[], object]]] = []
        self.age_s = 0.0
        self.now = time.monotonic()
        monkeypatch.setattr(module, "key_facts", lambda _: KeyFacts(self.now - self.age_s))
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        self.presses = PressArming(clock=lambda: self.now, call_later=self._later, refused=self._no)

    def _later(self, wait_s: float, call: Callable[[], object]) -> None:
        self.later.append((self.now + wait_s, call))

    def _no(self, answer: Answer, _: Stroke, __: frozenset[PressTarget]) -> None:
        self.refused.append(answer)

    def press(self, key: str, targets: frozenset[PressTarget] = frozenset({PANIC})) -> None:
        event = events.Key(key, key if len(key) == 1 else None)
        self.presses.take(event)
        with self.presses.handling(event):
            self.presses.press(targets, lambda: self.fired.append(key))

    def pass_time(self, for_s: float) -> None:
        self.now += for_s
        due = [call for at, call in self.later if at <= self.now]
        self.later = [one for one in self.later if one[0] > self.now]
        for call in due:
            call()


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(monkeypatch)


def test_the_second_press_fires(hand: Hand) -> None:
    hand.press("X")
    assert hand.presses.armed == {PANIC} and hand.presses.armed_by == "X"
    assert hand.presses.left_s(PANIC) == pytest.approx(2.0)
    hand.pass_time(0.1)
    hand.press("shift+x")
    assert hand.fired == ["shift+x"] and not hand.presses.armed


def test_a_slow_second_press_fires_once_it_is_no_repeat(hand: Hand) -> None:
    hand.press("X")
    hand.pass_time(0.6)
    hand.press("X")
    assert hand.fired == []
    hand.pass_time(REPEAT_GAP_S + 0.001)
    assert hand.fired == ["X"]


def test_a_wait_that_ends_late_waits_once_more_for_keys_that_are_late_too(hand: Hand) -> None:
    hand.press("X")
    hand.pass_time(0.6)
    hand.press("X")
    hand.pass_time(0.5)
    assert hand.fired == []
    hand.pass_time(0.5)
    assert hand.fired == ["X"]


def test_keys_are_dated_when_they_were_typed(hand: Hand) -> None:
    hand.age_s = 1.5
    hand.press("X")
    assert hand.presses.left_s(PANIC) == pytest.approx(0.5)
    hand.pass_time(3.0)
    hand.age_s = 2.5
    hand.press("X")
    assert hand.refused == [Answer.STALE] and hand.fired == []


def test_a_late_second_press_arms_again(hand: Hand) -> None:
    hand.press("X")
    hand.pass_time(2.0)
    assert hand.presses.left_s(PANIC) == 0
    hand.press("X")
    assert hand.presses.armed == {PANIC}


def test_another_press_takes_the_first_one_back(hand: Hand) -> None:
    hand.press("s", ONE)
    hand.pass_time(0.2)
    hand.press("u", OTHER)
    assert hand.presses.armed == OTHER
    hand.pass_time(0.2)
    hand.press("s", ONE)
    assert hand.fired == []


def test_one_does_not_fire_all(hand: Hand) -> None:
    hand.press("s", ONE)
    hand.pass_time(0.1)
    hand.press("s", ONE | OTHER)
    assert hand.fired == []


def test_after_all_were_armed_a_click_on_one_of_them_fires_its_part(hand: Hand) -> None:
    hand.press("c", ONE | OTHER)
    hand.pass_time(0.1)
    click = events.Click(None, 1, 1, 0, 0, 1, False, False, False)
    hand.presses.press(ONE, lambda: hand.fired.append("click"), by=click)
    assert hand.fired == ["click"]


def test_once_fires_at_the_first_press_unless_two_are_asked_for(hand: Hand) -> None:
    hand.presses.once = True
    hand.press("s", ONE)
    assert hand.fired == ["s"]
    hand.pass_time(1.0)
    hand.presses.press(OTHER, lambda: hand.fired.append("never"), always_twice=True)
    assert hand.fired == ["s"]


def test_panic_is_no_account_of_the_desk() -> None:
    assert PressTarget("okx", ALL) != PANIC
