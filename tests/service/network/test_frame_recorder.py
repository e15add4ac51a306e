"""Frames are cleaned after the send, in order, and none is lost or left as it crossed the wire."""

from __future__ import annotations

from collections.abc import Callable

from tui.core.clocks import read_clock
from tui.core.frames import FrameFeed
from tui.service.network.frame_recorder import FEW_S, MANY, MANY_S, MOST_WAITING, Recorder

SECRET = "0123456789abcdef-secret"


class Later:
    """A loop's `call_later`, held by hand."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []
        self.waits_s: list[float] = []

    def __call__(self, seconds: float, call: Callable[[], None]) -> None:
        self.waits_s.append(seconds)
        self.calls.append(call)

    def run(self) -> None:
        while self.calls:
            self.calls.pop(0)()


def recorder_with(later: Later | None) -> tuple[Recorder, FrameFeed]:
    feed = FrameFeed()
    recorder = Recorder(feed, read_clock, lambda _: None, later)
    recorder.learn([SECRET])
    return recorder, feed


def note(recorder: Recorder, number: int) -> int:
    text = f"{number} {SECRET} one-time-signature"
    headers = [("ACCESS-KEY", SECRET), ("X", f"one-time-signature {number}")]
    return recorder.record("a", "rest", "out", text, hidden=["one-time-signature"], headers=headers)


def test_a_message_is_only_noted_and_cleaned_later_in_order() -> None:
    later = Later()
    recorder, feed = recorder_with(later)
    numbers = [note(recorder, n) for n in range(200)]
    assert len(feed) == 0
    assert len(later.calls) == 2  # soon, and sooner once there are many
    later.run()
    frames = feed.drain()
    assert [frame.seq for frame in frames] == numbers
    assert [frame.text for frame in frames] == [f"{n} *** ***" for n in range(200)]
    assert frames[7].headers == (("ACCESS-KEY", "***"), ("X", "*** 7"))


def test_a_few_messages_wait_longer_than_many() -> None:
    later, told = Later(), list[float]()
    recorder = Recorder(FrameFeed(), read_clock, told.append, later)
    for number in range(MANY):
        note(recorder, number)
    assert later.waits_s == [FEW_S, MANY_S]
    assert told[-1] == MANY_S


def test_a_flood_is_cleaned_as_it_comes() -> None:
    recorder, feed = recorder_with(Later())
    for number in range(MOST_WAITING + 50):
        note(recorder, number)
    assert len(feed) == 50


def test_a_picture_takes_along_what_waits() -> None:
    later = Later()
    recorder, feed = recorder_with(later)
    note(recorder, 1)
    recorder.catch_up()
    assert [frame.text for frame in feed.drain()] == ["1 *** ***"]
    later.run()
    assert len(feed) == 0


def test_the_end_leaves_nothing_behind() -> None:
    recorder, feed = recorder_with(Later())
    note(recorder, 1)
    recorder.flush()
    assert [frame.text for frame in feed.drain()] == ["1 *** ***"]


def test_without_a_loop_a_message_is_cleaned_at_once() -> None:
    recorder, feed = recorder_with(None)
    note(recorder, 1)
    assert len(feed) == 1
