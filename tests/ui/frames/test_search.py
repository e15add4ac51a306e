"""The search: what is found is lit, counted and stepped through, while frames come and go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import Paste

from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer, FrameFilter
from tui.ui.frames.log import FrameLog
from tui.ui.frames.search import FrameSearch
from tui.ui.keys.bindings import DESK_KEYS
from tui.ui.widgets.themes import variables_for


def frame(seq: int, text: str = "{}", *, error: bool = False) -> Frame:
    return Frame(seq, seq, "okx-desk", "ws", "in", text, error=error)


def found(finder: FrameSearch, seq: int, by: int) -> tuple[int | None, str]:
    hit = finder.step(seq, by)
    return (None if hit is None else hit.seq, finder.turned)


def test_steps_go_from_hit_to_hit_and_say_where_they_begin_anew() -> None:
    ring = FrameBuffer()
    ring.extend([frame(n, "Cancel" if n in (2, 5, 8) else "x") for n in range(1, 10)])
    finder = FrameSearch(ring)
    assert found(finder, 5, 1) == (None, "")
    finder.seek("cANCEL")
    assert [found(finder, seq, 1) for seq in (1, 2, 5, 8)] == [
        (2, ""), (5, ""), (8, ""), (2, "oldest"),
    ]  # fmt: skip
    assert [found(finder, seq, -1) for seq in (9, 8, 5, 2)] == [
        (8, ""), (5, ""), (2, ""), (8, "newest"),
    ]  # fmt: skip
    assert [finder.place(seq) for seq in (2, 5, 6, 8, None)] == [1, 2, None, 3, None]


@given(
    batches=st.lists(st.lists(st.sampled_from(["a", "ab", "abc", "x"]), max_size=9), max_size=9),
    typed=st.lists(st.sampled_from(["", "a", "ab", "abc", "b", "x"]), max_size=9),
)
def test_the_hits_are_always_what_a_new_search_would_find(
    batches: list[list[str]], typed: list[str]
) -> None:
    ring, seq = FrameBuffer(capacity=12), 0
    finder = FrameSearch(ring)
    for number, batch in enumerate(batches):
        if number == 4:
            ring.wanted = FrameFilter(errors=True)
            finder.renew()
        frames = [frame(seq + n, text, error=n % 2 == 0) for n, text in enumerate(batch, 1)]
        seq += len(frames)
        change = ring.extend(frames)
        finder.extend(ring.view[-change.added :] if change.added else [])
        finder.drop()
        if number < len(typed):
            finder.seek(typed[number])
        text = finder.text
        assert list(finder.hits) == [one for one in ring.view if text and text in one.text]


class LogApp(App[None]):
    BINDINGS = [  # noqa: RUF012  # the type that Textual declares
        Binding(key.keys, key.action.replace("frames", "log"), priority=key.always)
        for key in DESK_KEYS
        if key.id.startswith("frames.")
    ]

    def __init__(self) -> None:
        super().__init__()
        self.frames = FrameLog(capacity=100)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=True)

    def compose(self) -> ComposeResult:
        yield self.frames

    def on_mount(self) -> None:
        self.frames.focus()

    def action_log(self, name: str) -> None:
        self.frames.act(name)

    @property
    def at(self) -> int | None:
        cursor = self.frames.rows.cursor
        return None if cursor is None else cursor.seq

    def lit(self) -> list[str]:
        rows = self.frames.rows
        lines = (rows.render_line(y) for y in range(rows.size.height))
        return [part.text for line in lines for part in line if part.style and part.style.reverse]


def exchange(start: int, stop: int) -> list[Frame]:
    return [frame(n, f'{{"n":{n},"op":"{"Cancel" if n % 10 == 0 else "x"}"}}')
            for n in range(start, stop)]  # fmt: skip


async def test_find_goes_to_the_newest_then_next_and_previous_round_the_ends() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 20)) as pilot:
        app.frames.extend(exchange(1, 36))
        await pilot.press("ctrl+f", *"cancel")
        await pilot.pause()
        assert "find: cancel  3 found" in app.frames.title_text
        assert app.lit() == ["Cancel"] * 2
        assert app.frames.following, "typing alone moves nothing"
        await pilot.press("enter")
        await pilot.pause()
        assert (app.at, app.focused) == (30, app.frames.rows)
        seen = []
        for key in ("n", "n", "N", "N", "N"):
            await pilot.press(key)
            await pilot.pause()
            said = app.frames.title_text.partition("find: cancel  ")[2]
            seen.append((app.at, said.partition("  ")[0]))
        assert seen == [
            (10, "1 of 3, from the oldest again"), (20, "2 of 3"), (10, "1 of 3"),
            (30, "3 of 3, from the newest again"), (20, "2 of 3"),
        ]  # fmt: skip
        await pilot.press("N", "N", "up", "down")
        await pilot.pause()
        assert "3 of 3  " in app.frames.title_text, "the way round is past"
        await pilot.press("N")
        await pilot.pause()
        app.frames.extend(exchange(36, 105))
        await pilot.pause()
        assert "2 of 10" in app.frames.title_text
        app.frames.extend(exchange(105, 116))
        await pilot.pause()
        assert "1 of 10" in app.frames.title_text, "one has fallen off, one has come"
        await pilot.press("escape")
        await pilot.pause()
        assert ("find" in app.frames.title_text, app.lit(), app.at) == (False, [], 20)


async def test_a_frame_found_among_the_new_ones_is_taken_in() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 20)) as pilot:
        app.frames.extend(exchange(1, 16))
        await pilot.press("ctrl+f", *"cancel", "enter")
        app.frames.extend(exchange(16, 26))
        await pilot.press("n")
        await pilot.pause()
        assert (app.at, app.frames.following, app.frames.pending) == (20, False, 0)


async def test_n_without_a_search_asks_for_one_and_its_arrows_step() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 20)) as pilot:
        app.frames.extend(exchange(1, 36))
        await pilot.press("n", *"can", "up", "up", "down")
        await pilot.pause()
        assert app.focused is app.frames.find_line
        assert (app.at, app.frames.find_line.value) == (30, "can")
        await pilot.press("enter")
        await pilot.pause()
        assert app.at == 30, "it stays on what is found already"
        await pilot.press("ctrl+f", "escape")
        await pilot.pause()
        assert app.frames.find_line.value == ""


async def test_what_stands_far_to_the_right_comes_into_view() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 10)) as pilot:
        far = f'{{"a":"{"x" * 900}","needle":1}}'
        app.frames.extend([frame(1), frame(2, far), frame(3), frame(4, '{"needle":0}')])
        seen = []
        await pilot.press("ctrl+f", *"needle", "enter")
        for key in ("N", "n", ""):
            await pilot.pause()
            rows = app.frames.rows
            lines = [rows.render_line(y).text for y in range(4)]
            seen.append((app.at, '"needle":0' in lines[3], '"needle":1' in lines[1]))
            await pilot.press(*key)
        assert seen == [(4, True, False), (2, False, True), (4, True, False)]


@pytest.mark.parametrize("key", ["slash", "ctrl+f"])
async def test_what_is_pasted_never_commands_the_terminal(key: str) -> None:
    app = LogApp()
    async with app.run_test(size=(120, 10)) as pilot:
        app.frames.extend(exchange(1, 10))
        await pilot.press(key)
        assert app.focused is not None
        app.focused.post_message(Paste("[/x] \x1b]52;c;eA==\x07 \x9b2J"))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        line = app.frames.title_line.render_line(0).text
        assert line.isprintable()
        assert "[/x]" in line
