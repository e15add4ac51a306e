"""A frame in full: nothing left out, nothing read as markup, its pair one key away."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer
from tui.ui.frames.detail_screen import FrameScreen
from tui.ui.frames.highlight import lit_words
from tui.ui.frames.payload_view import PayloadLines
from tui.ui.frames.title import FrameTitle
from tui.ui.widgets.themes import variables_for

REQUEST = Frame(
    3, 1_728_648_201_884, "bitget-mm", "rest", "out",
    'POST /api/v3/trade/countdown-cancel-all  {"countdown":"30"}', 18, 18,
    headers=(("ACCESS-KEY", "***"),),
)  # fmt: skip
REPLY = Frame(
    5, 1_728_648_201_976, "bitget-mm", "rest", "in",
    '200  {"code":"00000","price":1.10,"data":{"list":null}}', 31, 51, 92.0, 3,
)  # fmt: skip


class ViewApp(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=True)


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "TMUX"):
        monkeypatch.delenv(name, raising=False)


def ring(*frames: Frame) -> FrameBuffer:
    made = FrameBuffer()
    made.extend(frames)
    return made


def said(pilot: Pilot[None], where: str) -> str:
    return str(pilot.app.screen.query_one(where, Static).content)


def payload(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(PayloadLines).text


async def opened(pilot: Pilot[None], frame: Frame, kept: FrameBuffer) -> FrameScreen:
    screen = FrameScreen(frame, kept)
    await pilot.app.push_screen(screen)
    await pilot.pause()
    return screen


async def test_it_says_all_that_is_known() -> None:
    async with ViewApp().run_test(size=(100, 30)) as pilot:
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
    async with ViewApp().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, REPLY, ring(REQUEST, note, REPLY))
        await pilot.press("g")
        assert screen.frame is REQUEST
        assert payload(pilot).startswith("POST /api/v3")
        assert payload(pilot).endswith("}\n\nACCESS-KEY: ***"), "what was said comes first"
        await pilot.press("right")
        assert screen.frame is note
        assert payload(pilot) == "connected"
        await pilot.press("tab", "left", "left", "g")
        assert screen.frame is REPLY


async def test_raw_is_one_key_or_one_click_away() -> None:
    raw = '200  {"code":"00000","price":1.10,"data":{"list":null}}'
    async with ViewApp().run_test(size=(100, 30)) as pilot:
        await opened(pilot, REPLY, ring(REQUEST, REPLY))
        laid_out = payload(pilot)
        await pilot.press("r")
        assert payload(pilot) == raw
        keys = pilot.app.screen.query_one(FrameTitle)
        await pilot.pause()
        line = keys.render_line(0).text
        await pilot.click(keys, offset=(line.index("r laid out"), 0))
        assert payload(pilot) == laid_out
        await pilot.click(keys, offset=(line.index("g request"), 0))
        assert "answered after 92 ms   reply is frame 5" in said(pilot, "#facts")
        await pilot.click(keys, offset=(line.index("esc close"), 0))
        assert not isinstance(pilot.app.screen, FrameScreen)


async def test_what_was_looked_for_is_lit() -> None:
    async with ViewApp().run_test(size=(100, 30)) as pilot:
        screen = FrameScreen(REPLY, ring(REQUEST, REPLY), lit_words(["code"], "000"))
        await pilot.app.push_screen(screen)
        await pilot.pause()
        lines = screen.query_one(PayloadLines)
        found, match = (lines.get_component_rich_style(f"payload--{n}") for n in ("found", "match"))
        row = list(lines.render_line(2))
        assert [part.text for part in row if part.style and part.style.reverse] == ["000"]
        assert found.reverse
        assert "code" in [part.text for part in row if part.style and part.style.underline]
        assert match.underline


@pytest.mark.parametrize("key", ["escape", "enter", "q"])
async def test_it_closes_and_copies(key: str) -> None:
    async with ViewApp().run_test(size=(80, 24)) as pilot:
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
    async with ViewApp().run_test(size=(80, 24)) as pilot:
        await opened(pilot, frame, ring(frame))
        assert "[/a]" in said(pilot, "#facts")
        shown = payload(pilot).rpartition("\n\n")[0]
        assert "".join(shown.split()) == "".join(text.split())
        lines = pilot.app.screen.query_one(PayloadLines)
        await pilot.press("end")
        await pilot.pause()
        assert lines.virtual_size.height >= len(text) // 80
