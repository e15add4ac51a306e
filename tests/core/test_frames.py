"""The bounded queue of frames."""

from __future__ import annotations

import threading
from dataclasses import replace

from tui.core.frames import Frame, FrameFeed


def frame(seq: int, text: str = "{}") -> Frame:
    return Frame(seq, 0, "htx-main", "ws", "in", text)


def test_oldest_first_and_each_once() -> None:
    feed = FrameFeed()
    for seq in range(1, 6):
        feed.put(frame(seq))
    assert [f.seq for f in feed.drain(3)] == [1, 2, 3]
    assert [f.seq for f in feed.drain()] == [4, 5]
    assert feed.drain() == []


def test_a_reader_that_stands_still_loses_the_oldest_and_can_count_them() -> None:
    feed = FrameFeed(capacity=3)
    for seq in range(1, 11):
        feed.put(frame(seq))
    assert len(feed) == 3
    assert [f.seq for f in feed.drain()] == [8, 9, 10]


def test_two_threads_lose_nothing_below_the_capacity() -> None:
    feed = FrameFeed(capacity=20_000)
    writer = threading.Thread(target=lambda: [feed.put(frame(seq)) for seq in range(20_000)])
    writer.start()
    seen: list[int] = []
    while writer.is_alive() or len(feed):
        seen += [f.seq for f in feed.drain(100)]
    assert seen == list(range(20_000))


def test_large_frames_push_the_oldest_out_long_before_there_are_many() -> None:
    feed = FrameFeed(capacity=1_000, most_chars=1_000)
    for seq in range(1, 101):
        feed.put(frame(seq, "x" * 300))
    assert [f.seq for f in feed.drain()] == [98, 99, 100]
    for seq in range(101, 111):
        feed.put(frame(seq, "x" * 100))
    assert len(feed) == 10, "what was drained no longer counts"
    feed.put(frame(111, "x" * 150))
    assert [f.seq for f in feed.drain(1)] == [103]


def test_headers_count_and_the_newest_frame_stays_however_large() -> None:
    feed = FrameFeed(most_chars=10)
    feed.put(frame(1))
    feed.put(replace(frame(2), headers=(("name", "value"),)))
    assert [f.seq for f in feed.drain()] == [2]
    feed.put(frame(3, "x" * 1_000))
    assert [f.seq for f in feed.drain()] == [3]


def test_two_threads_never_count_themselves_out_of_room() -> None:
    feed = FrameFeed(most_chars=2_000)
    text = "x" * 100
    writer = threading.Thread(target=lambda: [feed.put(frame(seq, text)) for seq in range(50_000)])
    writer.start()
    seen: list[int] = []
    while writer.is_alive() or len(feed):
        seen += [f.seq for f in feed.drain(3)]
    assert seen == sorted(set(seen))
    assert seen[-1] == 49_999
    for seq in range(30):
        feed.put(frame(seq, text))
    assert [f.seq for f in feed.drain()] == list(range(10, 30))
