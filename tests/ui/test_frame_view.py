"""A frame in full: nothing left out, nothing read as markup, its pair one key away."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tui.core.frames import Frame
from tui.ui.frame_ring import FrameRing
from tui.ui.frame_view import FrameScreen, PayloadLines
from tui.ui.themed import ThemedApp

REQUEST = Frame(
    3, 1_728_648_201_884, "bitget-mm", "rest", "out",
    'POST /api/v3/trade/countdown-cancel-all  {"countdown":"30"}', 18, 18,
    headers=(("ACCESS-KEY", "***"),),
)  # fmt: skip
REPLY = Frame(
    5, 1_728_648_201_976, "bitget-mm", "rest", "in",
    '200  {"code":"00000","price":1.10,"data":{"list":null}}', 31, 51, 92.0, 3,
)  # fmt: skip


def ring(*frames: Frame) -> FrameRing:
    made = FrameRing()
    made.extend(frames)
    return made


def said(pilot: Pilot[None], where: str) -> str:
    return str(pilot.app.screen.query_one(where, Static).content)


def payload(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(PayloadLines).text


async def opened(pilot: Pilot[None], frame: Frame, kept: FrameRing) -> FrameScreen:
    screen = FrameScreen(frame, kept)
    await pilot.app.push_screen(screen)
    await pilot.pause()
    return screen


async def test_it_says_all_that_is_known() -> None:
    async with ThemedApp[None]().run_test(size=(100, 30)) as pilot:
        await opened(pilot, REPLY, ring(REQUEST, REPLY))
        assert said(pilot, "#facts").splitlines() == [
            "← received rest   bitget-mm",
            "2024-10-11 12:03:21.976 UTC   frame 5",
            "31 bytes on the wire   51 bytes unpacked   92 ms after its request"
            "   request is frame 3",
        ]
        assert payload(pilot).splitlines() == [
            "200", "{", '  "code": "00000",', '  "price": 1.10,', '  "data": {',
            '    "list": null', "  }", "}",
        ]  # fmt: skip


async def test_its_pair_and_its_neighbours_are_one_key_away() -> None:
    note = Frame(4, 0, "okx-desk", "ws", "note", "connected")
    async with ThemedApp[None]().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, REPLY, ring(REQUEST, note, REPLY))
        await pilot.press("r")
        assert screen.frame is REQUEST
        assert payload(pilot).startswith("ACCESS-KEY: ***\n\nPOST /api/v3")
        await pilot.press("right")
        assert screen.frame is note
        assert payload(pilot) == "connected"
        await pilot.press("r", "left", "left", "r")
        assert screen.frame is REPLY


@pytest.mark.parametrize("key", ["escape", "enter", "q"])
async def test_it_closes_and_copies(key: str) -> None:
    async with ThemedApp[None]().run_test(size=(80, 24)) as pilot:
        await opened(pilot, REQUEST, ring(REQUEST))
        await pilot.press("y")
        assert pilot.app.clipboard == REQUEST.text
        await pilot.press(key)
        assert not isinstance(pilot.app.screen, FrameScreen)


@pytest.mark.parametrize(
    "text", ["[/nope]", "200  [bold]x[/]", "漢字🙂" * 2_000, '{"a":"' + "x" * 99_000 + '"}', ""]
)
async def test_hostile_and_long_payloads_are_only_text(text: str) -> None:
    frame = Frame(1, 10**15, "[/a]", "ws", "in", text, headers=(("[/h]", "[b]"),), error=True)
    async with ThemedApp[None]().run_test(size=(80, 24)) as pilot:
        await opened(pilot, frame, ring(frame))
        assert "[/a]" in said(pilot, "#facts")
        shown = payload(pilot).partition("\n\n")[2]
        assert "".join(shown.split()) == "".join(text.split())
        lines = pilot.app.screen.query_one(PayloadLines)
        await pilot.press("end")
        await pilot.pause()
        assert lines.virtual_size.height >= len(text) // 80
