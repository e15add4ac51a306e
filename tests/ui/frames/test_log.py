"""The frame log: it follows, it stands still, it filters, and nothing in a frame commands it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import MouseMove, MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from tui.core.frames import Frame
from tui.core.sanitize import sanitize
from tui.ui.frames.detail_screen import FrameScreen
from tui.ui.frames.log import FrameLog
from tui.ui.frames.table import FrameTable
from tui.ui.keys.bindings import DESK_KEYS
from tui.ui.widgets.themes import variables_for

NAMES = ("htx-main", "okx-desk", "bitget-mm")
SIZES = ((80, 24), (120, 40), (200, 60), (20, 5))


class LogApp(App[None]):
    BINDINGS = [  # noqa: RUF012  # the type that Textual declares
        Binding(key.keys, key.action.replace("frames", "log"), priority=key.always)
        for key in DESK_KEYS
        if key.id.startswith("frames.")
    ]

    def __init__(self, capacity: int = 50_000) -> None:
        super().__init__()
        self.frames = FrameLog(capacity=capacity)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=True)

    def compose(self) -> ComposeResult:
        yield self.frames

    def on_mount(self) -> None:
        self.frames.set_accounts(NAMES)
        self.frames.focus()

    def action_log(self, name: str) -> None:
        self.frames.act(name)

    @property
    def rows(self) -> FrameTable:
        return self.frames.rows

    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        return [self.rows.render_line(y).text for y in range(self.rows.size.height)]


def made(numbers: Iterable[int], text: str = "") -> list[Frame]:
    """Requests with odd numbers, their replies with the even ones after them."""
    return [
        Frame(
            seq=n,
            at_ms=1_728_648_201_884 + n,
            account=NAMES[(n - 1) // 2 % 3],
            transport="ws",
            direction="out" if n % 2 else "in",
            text=text or f'{{"n":{n}}}',
            latency_ms=None if n % 2 else 84.0,
            request=None if n % 2 else n - 1,
            error=n % 10 == 0,
        )
        for n in numbers
    ]


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(50):
        await pilot.pause()
        if holds():
            return
    raise AssertionError("it never came true")


@pytest.mark.parametrize("size", SIZES)
async def test_it_follows_the_newest_at_every_size(size: tuple[int, int]) -> None:
    app = LogApp()
    async with app.run_test(size=size) as pilot:
        app.frames.extend(made(range(1, 201)))
        await until(pilot, lambda: '{"n":200}'[: max(0, size[0] - 40)] in app.lines()[-1])
        assert app.frames.following
        assert app.frames.title_text == "frames  all accounts  following"
        assert all(len(line) <= size[0] for line in app.lines())


@pytest.mark.parametrize(("was", "now"), [((120, 40), (80, 40)), ((80, 24), (120, 40))])
async def test_another_width_draws_the_rows_anew(
    was: tuple[int, int], now: tuple[int, int]
) -> None:
    app = LogApp()
    async with app.run_test(size=was) as pilot:
        app.frames.extend(made(range(1, 60), "long " * 40), 0)
        await pilot.pause()
        await pilot.resize_terminal(*now)
        await pilot.pause()

        def drawn() -> list[str]:
            return [strip.text for strip in app.screen._compositor.render_strips()]

        shown = drawn()
        app.query_one(FrameTable).refresh()
        await pilot.pause()
        assert drawn() == shown


async def test_a_row_says_when_which_way_whose_and_how_fast() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 10)) as pilot:
        app.frames.extend(made(range(1, 3)))
        await pilot.pause()
        out, back, *rest = (line.rstrip() for line in app.lines())
        assert out.split() == ["12:03:21.885", "→", "htx-main", "ws", '{"n":1}']
        assert back.split() == ["12:03:21.886", "←", "htx-main", "ws", "84", "ms", '{"n":2}']
        assert out.index("{") == back.index("{")
        assert not any(rest)


async def test_scrolling_up_stops_it_and_end_lets_it_follow_again() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 201)))
        await pilot.pause()
        app.rows.scroll_up(animate=False)
        await until(pilot, lambda: not app.frames.following)
        before = app.lines()
        app.frames.extend(made(range(201, 613)))
        await until(pilot, lambda: "paused, 412 new" in app.frames.title_text)
        assert app.lines() == before
        await pilot.press("end")
        await until(pilot, lambda: '"n":612' in app.lines()[-1])
        assert (app.frames.following, app.frames.pending) == (True, 0)


async def test_paused_it_keeps_collecting_and_shows_nothing_new() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 4)))
        await pilot.press("p")
        app.frames.extend(made(range(4, 9)))
        await pilot.pause()
        assert app.frames.pending == 5
        assert not app.lines()[3].strip(), "a pause with room on the screen still holds"
        await pilot.press("p")
        await until(pilot, lambda: '"n":8' in app.lines()[7])


async def test_the_text_stands_still_while_rows_fall_off() -> None:
    app = LogApp(capacity=1_000)
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 1_001)))
        await pilot.pause()
        await pilot.press("up", "pageup", "pageup")
        await pilot.pause()
        before, cursor = app.lines(), app.rows.cursor
        for start in range(1_001, 1_801, 100):
            app.frames.extend(made(range(start, start + 100)))
            await pilot.pause()
            assert app.lines() == before
        assert app.rows.cursor is cursor
        assert "800 lost" in app.frames.title_text
        app.frames.extend(made(range(1_801, 5_000)))
        await pilot.pause()
        assert app.rows.cursor is None
        assert all(line.strip() for line in app.lines()), "read rows are gone: the oldest kept ones"


@pytest.mark.parametrize("line", ["", ":in", "@okx", "n"])
async def test_no_line_moves_under_a_reader_while_the_ring_goes_round(line: str) -> None:
    """Paused in the middle, with a search lit; each batch pushes as many rows out as come in."""
    app = LogApp(capacity=1_000)
    async with app.run_test(size=(120, 24)) as pilot:
        app.frames.extend(made(range(1, 1_001)))
        app.frames.filter_line.value = line
        app.frames.find_line.value = '"n":9'
        await pilot.press("up", "pageup", "pageup")
        await pilot.pause()
        before, cursor = app.lines(), app.rows.cursor
        assert cursor is not None
        come = 0
        for start in range(1_001, 1_801, 80):
            fresh = made(range(start, start + 80))
            app.frames.extend(fresh)
            come += sum(map(app.frames.ring.wanted.test(), fresh))
            await pilot.pause()
            assert app.lines() == before
            assert app.frames.pending == come
            assert f"paused, {come:,} new" in app.frames.title_text
        assert app.rows.cursor is cursor
        assert app.rows.scroll_offset.y + app.lines().index(
            next(row for row in before if row.startswith("▌"))
        ) == app.frames.ring.view.find(cursor.seq)


async def test_no_line_moves_while_the_scroll_bar_is_held() -> None:
    app = LogApp(capacity=1_000)
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 1_001)))
        await pilot.pause()
        bar = app.rows.vertical_scrollbar
        await pilot.mouse_down(bar, offset=(0, 22))
        await pilot._post_mouse_events([MouseMove], bar, (0, 15), button=1)
        await until(pilot, lambda: 500 < app.rows.scroll_offset.y < 800)
        before = app.lines()
        app.frames.extend(made(range(1_001, 1_201)))
        await pilot._post_mouse_events([MouseMove], bar, (0, 15), button=1)
        await pilot.pause()
        assert (app.lines(), bar.grabbed is None) == (before, False)


async def test_reading_on_past_the_end_takes_the_pending_rows_in() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 101)))
        await pilot.press("up")
        app.frames.extend(made(range(101, 106)))
        await pilot.press("down")
        await until(pilot, lambda: app.rows.cursor is not None and app.rows.cursor.seq == 101)
        assert (app.frames.following, app.frames.pending) == (False, 0)


async def test_the_cursor_lights_up_the_other_half_of_its_pair() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 7)))
        await pilot.press("up", "up")
        assert app.rows.cursor is not None
        assert app.rows.cursor.seq == 5
        assert [line[0] for line in app.lines()[:6]] == [" ", " ", " ", " ", "▌", "│"]
        await pilot.press("up")
        assert [line[0] for line in app.lines()[:6]] == [" ", " ", "│", "▌", " ", " "]
        await pilot.press("home")
        assert app.rows.cursor.seq == 1
        app.frames.ring.clear()
        app.frames.extend(made([9]))
        await pilot.pause()
        assert app.rows.cursor is None


async def test_a_click_selects_and_a_double_click_opens() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 11)))
        await pilot.pause()
        await pilot.click(app.rows, offset=(20, 4))
        assert app.rows.cursor is not None
        assert app.rows.cursor.seq == 5
        await pilot.click(app.rows, offset=(20, 4), times=2)
        await until(pilot, lambda: isinstance(app.screen, FrameScreen))


async def test_filter_as_it_is_typed_and_esc_clears_it() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 24)) as pilot:
        app.frames.extend(made(range(1, 101)))
        await pilot.press("slash", *":error")
        await until(pilot, lambda: "filter: :error  10 of 100" in app.frames.title_text)
        assert sum(bool(line.strip()) for line in app.lines()) == 10
        await pilot.press("enter")
        assert app.focused is app.rows
        app.frames.extend(made(range(101, 121)))
        await until(pilot, lambda: "12 of 120" in app.frames.title_text)
        await pilot.press("slash", "escape")
        await until(pilot, lambda: "filter" not in app.frames.title_text)
        assert app.focused is app.rows


async def test_accounts_take_turns() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 24)) as pilot:
        app.frames.extend(made(range(1, 61)))
        seen = []
        for _ in range(4):
            await pilot.press("f")
            seen.append((app.frames.ring.wanted.account, len(app.frames.ring.view)))
        assert seen == [("htx-main", 20), ("okx-desk", 20), ("bitget-mm", 20), (None, 60)]


async def test_an_account_typed_in_the_filter_goes_with_its_word() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 24)) as pilot:
        app.frames.extend(made(range(1, 61)))
        await pilot.press("slash", *"@ok :in")
        await until(
            pilot, lambda: "okx-desk  following  filter: :in  10 of" in app.frames.title_text
        )
        await pilot.press(*["backspace"] * 7)
        await until(pilot, lambda: app.frames.title_text == "frames  all accounts  following")
        await pilot.press(*"@bitget :in", "enter", "f")
        assert app.frames.filter_line.value == ":in"
        assert app.frames.ring.wanted.account is None


async def test_the_wheel_holds_reads_on_and_at_the_end_follows() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 101)))
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollUp], app.rows, (5, 5))
        await until(pilot, lambda: not app.frames.following)
        app.frames.extend(made(range(101, 103)))
        assert app.frames.pending == 2
        for _ in range(6):
            await pilot._post_mouse_events([MouseScrollDown], app.rows, (5, 5))
        await until(pilot, lambda: app.frames.following)
        assert '"n":102' in app.lines()[-1]


async def test_the_row_being_read_keeps_its_line_when_the_filter_changes() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 24)) as pilot:
        app.frames.extend(made(range(1, 601)))
        await pilot.press("up", "pageup", "pageup", "up", "up", "up")
        cursor = app.rows.cursor
        assert cursor is not None
        app.frames.cycle_account()
        for _ in range(3):
            app.frames.cycle_account()
        await pilot.pause()
        assert app.rows.cursor is cursor
        assert any(line.startswith("▌") for line in app.lines())


HOSTILE = (
    "[/nope]",
    "[bold red]x[/] [@click=app.bell()]y[/]",
    '{"msg":"[link=http://evil]z[/link]"}',
    sanitize("\x1b[2J \x9b31m \x1b]52;c;eA==\x1b\\ \x00 \x7f \u202e \u200b \ud800"),
    "漢字🙂" * 700,
    '"' * 5_000,
    "[" * 5_000,
    "\\" * 5_000,
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_payloads_are_only_text(text: str) -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        name = "[/a] 漢字 [b]"
        app.frames.set_accounts([name])
        frame = Frame(1, 0, name, "rest", "in", text, latency_ms=1e9, error=False)
        app.frames.extend([frame, Frame(2, -5, name, "ws", "note", text, error=True)])
        app.frames.cycle_account()
        await pilot.press("slash", "[", "/", "escape")
        await pilot.press("up", "up", "right", "right", "left")
        assert text[16:20] in app.lines()[0] or len(text) < 40
        for line in app.lines():
            assert line.isprintable()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FrameScreen))
        await pilot.press("y", "end", "right", "escape")
        assert "[/a]" in app.frames.title_text


async def test_direction_transport_and_errors_by_key_and_by_click() -> None:
    app = LogApp()
    async with app.run_test(size=(160, 24)) as pilot:
        rest = [replace(frame, transport="rest") for frame in made(range(41, 61))]
        app.frames.extend([*made(range(1, 41)), *rest])
        await pilot.pause()
        said = []
        for key in ("b", "b", "b", "b", "t", "t", "t", "exclamation_mark", "b", "exclamation_mark"):
            await pilot.press(key)
            await pilot.pause()
            said.append((app.frames.filter_line.value, len(app.frames.ring.view)))
        assert said == [
            (":in", 30), (":out", 30), (":note", 0), ("", 60), (":ws", 40), (":rest", 20),
            ("", 60), (":error", 6), (":error :in", 6), (":in", 30),
        ]  # fmt: skip
        for tool, after in (
            ("! errors", ":in :error"), ("t ws, rest", ":in :error :ws"),
            ("b in only", ":error :ws :out"), ("! errors only", ":ws :out"),
        ):  # fmt: skip
            line = app.frames.title_line.render_line(0).text
            await pilot.click(app.frames.title_line, offset=(line.index(tool), 0))
            await pilot.pause()
            assert app.frames.filter_line.value == after


async def test_the_tools_give_way_to_what_must_be_said() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.frames.extend(made(range(1, 61)))
        await pilot.press("up")
        await pilot.pause()
        line = app.frames.title_line.render_line(0).text
        assert "request 1 row above, 84 ms" in line
        assert "ctrl+f" not in line
        await pilot.press("space")
        await pilot.pause()
        assert "1 marked  request 1 row above" in app.frames.title_line.render_line(0).text
        await pilot.resize_terminal(160, 24)
        await pilot.pause()
        assert "ctrl+s save" in app.frames.title_line.render_line(0).text


async def test_a_hundred_thousand_frames_in_one_go() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 40)) as pilot:
        app.frames.extend(made(range(1, 100_001)), missed=20)
        await until(pilot, lambda: '"n":100000' in app.lines()[-1])
        assert len(app.frames.ring) == 50_000
        assert "50,020 lost" in app.frames.title_text


async def test_frames_that_come_before_the_first_layout_are_there() -> None:
    app = LogApp()
    app.frames.extend(made(range(1, 101)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: '"n":100' in app.lines()[-1])


async def test_a_resize_keeps_following() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 101)))
        for size in ((120, 50), (60, 10), (200, 30)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: '"n":100' in app.lines()[-1])
            assert app.frames.following


async def test_the_title_is_clicked() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frames.extend(made(range(1, 11)))
        await pilot.pause()
        line = app.frames.title_line.render_line(0).text
        await pilot.click(app.frames.title_line, offset=(line.index("following"), 0))
        assert not app.frames.following
        await pilot.click(app.frames.title_line, offset=(line.index("all"), 0))
        assert app.frames.ring.wanted.account == "htx-main"
