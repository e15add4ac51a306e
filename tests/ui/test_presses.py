"""Two presses: what fires, what arms, and when an armed button gives up."""

import pytest

from tui.ui.presses import ALL, PANIC, Presses, Target

ONE = frozenset({Target("okx", "spreads")})
OTHER = frozenset({Target("okx", "quotes")})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_second_press_fires(clock: Clock) -> None:
    presses = Presses(clock=clock)
    assert not presses.press(ONE)
    assert presses.left_s(*ONE) == 2.0
    clock.now += 1.9
    assert presses.press(ONE)
    assert not presses.armed


def test_a_late_second_press_arms_again(clock: Clock) -> None:
    presses = Presses(clock=clock)
    presses.press(ONE)
    clock.now += 2.0
    assert presses.left_s(*ONE) == 0
    assert not presses.press(ONE)
    assert presses.armed == ONE


def test_another_press_takes_the_first_one_back(clock: Clock) -> None:
    presses = Presses(clock=clock)
    presses.press(ONE)
    assert not presses.press(OTHER)
    assert presses.armed == OTHER
    assert not presses.press(ONE)


def test_after_all_were_armed_one_of_them_fires_its_part(clock: Clock) -> None:
    presses = Presses(clock=clock)
    assert not presses.press(ONE | OTHER)
    assert presses.press(ONE)
    assert not presses.press(OTHER)


def test_one_does_not_fire_all(clock: Clock) -> None:
    presses = Presses(clock=clock)
    presses.press(ONE)
    assert not presses.press(ONE | OTHER)


def test_once_fires_at_the_first_press_unless_two_are_asked_for(clock: Clock) -> None:
    presses = Presses(once=True, clock=clock)
    assert presses.press(ONE)
    assert not presses.press(OTHER, always_twice=True)
    assert presses.press(OTHER, always_twice=True)


def test_panic_is_no_account_of_the_desk() -> None:
    assert Target("okx", ALL) != PANIC
