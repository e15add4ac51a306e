"""The headers of an answer: in its frame, without cookies, secrets or anything that commands."""

from __future__ import annotations

from typing import Any

from tui.core.clocks import read_clock
from tui.core.frames import FrameFeed
from tui.service.network.frame_recorder import Recorder
from tui.service.network.rest_route import shown_headers


def test_cookies_are_hidden_and_a_flood_of_headers_is_cut() -> None:
    given = [(b"Set-Cookie", b"session=abc"), (b"X-Long", b"x" * 9_000), (b"Date", b"today\xff")]
    many = [(f"x-{n}".encode(), b"1") for n in range(100)]
    shown = shown_headers([*given, *many])
    assert shown[:3] == [("set-cookie", "***"), ("x-long", "x" * 200), ("date", "todayÿ")]
    assert len(shown) == 32


def test_neither_a_name_nor_a_value_leaks_or_commands() -> None:
    feed = FrameFeed()
    recorder = Recorder(feed, read_clock, lambda _: None)
    recorder.learn(["a-secret-of-the-desk"])
    evil = [("x-a-secret-of-the-desk", "1"), ("x", "a-secret-of-the-desk"), ("\x1b[2J", "\x9b2J")]
    recorder.record("a", "rest", "in", "200", headers=evil)
    (frame,) = feed.drain()
    assert frame.headers == (("x-***", "1"), ("x", "***"), ("\\x1b[2J", "\\x9b2J"))


async def test_an_answer_is_recorded_with_its_headers(open_desk: Any) -> None:
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    replies = [one for one in desk.log() if (one.transport, one.direction) == ("rest", "in")]
    assert replies
    assert all("json" in dict(one.headers)["content-type"] for one in replies)
