"""When a picture is drawn: soon after a change, a little later for what was only heard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tui.core.clocks import Instant
from tui.core.desk import DeskView
from tui.service.desk.publisher import PICTURE_SHARE, PUBLISH_S, Publisher

HEARD_S = 0.1


class Rig:
    """A publisher with a clock and a loop that a test moves on."""

    def __init__(self, draw_s: float = 0.0) -> None:
        self.now_s = 0.0
        self.draw_s = draw_s
        self.calls: list[tuple[float, Callable[[], None]]] = []
        self.drawn_at: list[float] = []
        self.nudges = 0
        self.publisher = Publisher(self.draw, self.clock, self.later)
        self.publisher.watch(self.nudge)

    def clock(self) -> Instant:
        return Instant(self.now_s, self.now_s, self.now_s)

    def later(self, wait_s: float, call: Callable[[], None]) -> None:
        self.calls.append((self.now_s + wait_s, call))

    def draw(self) -> DeskView:
        self.drawn_at.append(round(self.now_s, 3))
        self.now_s += self.draw_s
        return DeskView(())

    def nudge(self) -> None:
        self.nudges += 1

    def run_until(self, at_s: float) -> None:
        while due := [call for call in self.calls if call[0] <= at_s]:
            first = min(due, key=lambda call: call[0])
            self.calls.remove(first)
            self.now_s = max(self.now_s, first[0])
            first[1]()
        self.now_s = max(self.now_s, at_s)


def test_changes_make_one_picture() -> None:
    rig = Rig()
    rig.publisher.changed()
    rig.run_until(PUBLISH_S / 2)
    rig.publisher.changed()
    rig.run_until(1.0)
    assert rig.drawn_at == pytest.approx([PUBLISH_S])


def test_what_was_only_heard_waits_longer() -> None:
    rig = Rig()
    rig.publisher.heard(HEARD_S)
    rig.publisher.heard(HEARD_S)
    rig.run_until(1.0)
    assert rig.drawn_at == pytest.approx([HEARD_S])


def test_a_change_does_not_wait_for_what_was_heard_and_takes_it_along() -> None:
    rig = Rig()
    rig.publisher.heard(HEARD_S)
    rig.run_until(0.01)
    rig.publisher.changed()
    rig.publisher.heard(HEARD_S)
    rig.run_until(1.0)
    assert rig.drawn_at == pytest.approx([0.01 + PUBLISH_S])


def test_what_comes_after_a_picture_has_one_of_its_own() -> None:
    rig = Rig()
    rig.publisher.heard(HEARD_S)
    rig.run_until(0.01)
    rig.publisher.changed()
    rig.run_until(0.05)
    rig.publisher.heard(HEARD_S)
    rig.run_until(1.0)
    assert rig.drawn_at == pytest.approx([0.01 + PUBLISH_S, 0.05 + HEARD_S])


def test_pictures_that_take_long_are_drawn_more_rarely() -> None:
    rig = Rig(draw_s=0.05)
    rig.publisher.publish()
    rig.publisher.changed()
    rig.run_until(5.0)
    assert rig.drawn_at == pytest.approx([0.0, 0.05 + 0.05 / PICTURE_SHARE])


def test_a_watcher_is_nudged_once_until_it_has_caught_up() -> None:
    rig = Rig()
    rig.publisher.publish()
    rig.publisher.publish()
    assert rig.nudges == 1
    rig.publisher.caught_up()
    rig.publisher.publish()
    assert rig.nudges == 2
