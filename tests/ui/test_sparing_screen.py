"""What is painted: the lines that look different, by the widgets that are seen there, at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyte
from rich.console import Console
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Region, Size
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tui.core.desk import DeskView
from tui.ui.app.app import KilldeskApp
from tui.ui.sparing_screen import SparingScreen, seen_in
from tui.ui.widgets.themes import DARK, LIGHT, variables_for
from tui.ui.widgets.value_widget import ValueWidget, styled


class Part(ValueWidget[str]):
    DEFAULT_CSS = "Part { width: 10; height: 3; }"

    painted = 0

    def paint(self, value: str, width: int, height: int) -> Content:
        self.painted += 1
        return styled(value)


class Desk(SparingScreen):
    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Part(id="left")
            yield Part(id="right")
        yield Static("below")


class SparingApp(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=True)

    def get_default_screen(self) -> Screen[None]:
        return Desk()

    @property
    def desk(self) -> Desk:
        assert isinstance(self.screen, Desk)
        return self.screen

    @property
    def left(self) -> Part:
        return self.desk.query_one("#left", Part)

    def rows(self) -> list[str]:
        """What stands in the first lines of the screen."""
        return [strip.text.rstrip() for strip in self.desk._compositor.render_strips()[:3]]


def regions(app: SparingApp, monkeypatch: Any) -> list[set[Region]]:
    """Notes what each update of the screen paints by the compositor."""
    painted: list[set[Region]] = []
    usual = app.desk._compositor.render_partial_update

    def noting() -> object:
        painted.append(set(app.desk._compositor._dirty_regions))
        return usual()

    monkeypatch.setattr(app.desk._compositor, "render_partial_update", noting)
    return painted


def writings(app: SparingApp, monkeypatch: Any) -> list[str]:
    """What goes to the terminal past the compositor."""
    written: list[str] = []
    monkeypatch.setattr(app.desk, "write", written.append)
    return written


def on_terminal(before: list[Strip], written: str, size: Size) -> list[tuple[str, ...]]:
    """Each cell of a terminal that showed `before` once `written` has come."""
    console = Console(color_system="truecolor", force_terminal=True)
    terminal = pyte.Screen(size.width, size.height)
    stream = pyte.Stream(terminal)
    for y, strip in enumerate(before, 1):
        stream.feed(f"\x1b[{y};1H{strip.render(console)}")
    stream.feed(written)
    return [
        tuple(str(terminal.buffer[y][x]) for x in range(size.width)) for y in range(size.height)
    ]


def settled(screen: SparingScreen) -> bool:
    """Whether nothing waits to be laid out or painted."""
    waiting = screen._layout_required or screen._dirty_widgets or screen._compositor._dirty_regions
    parts = (screen, *screen.walk_children(Widget))
    return not waiting and not any(w._repaint_required or w._layout_required for w in parts)


async def test_what_is_put_within_at_once_is_written_when_it_ends(monkeypatch: Any) -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("a\nb\nc")
        await pilot.pause()
        app.desk.query_one("#right", Part).put("1\n2\n3")
        await pilot.pause()
        before = app.desk._compositor.render_strips()
        written = writings(app, monkeypatch)
        with app.desk.at_once():
            app.left.put("a\nX\nc")
            app.desk.query_one("#right", Part).put("Y\n2\n3")
            assert written == []
        (once,) = written
        assert once.count("H") == 2  # two lines, each at its place
        assert app.rows() == ["a         Y", "X         2", "c         3"]
        after = app.desk._compositor.render_strips()
        assert on_terminal(before, once, app.size) == on_terminal(after, "", app.size)
        await pilot.pause()
        assert len(written) == 1


async def test_what_something_covers_is_not_written_over_it(monkeypatch: Any) -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("a\nb\nc")
        await pilot.pause()
        app.notify("in front of all", timeout=60)
        cover = Static("X", classes="cover")
        cover.styles.layer = "front"
        cover.styles.width = cover.styles.height = 1
        app.desk.styles.layers = ("default", "front")
        await app.desk.mount(cover)
        await pilot.pause()
        written = writings(app, monkeypatch)
        with app.desk.at_once():
            app.left.put("1\nb\nc")
        assert written == []
        assert app.rows()[0] == "X"
        await cover.remove()
        await pilot.pause()
        with app.desk.at_once():
            app.left.put("2\nb\nc")
        assert len(written) == 1
        assert app.rows()[0] == "2"


async def test_nothing_is_written_over_another_screen(monkeypatch: Any) -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("a\nb\nc")
        await pilot.pause()
        desk, left = app.desk, app.left
        written = writings(app, monkeypatch)
        await app.push_screen(ModalScreen())
        await pilot.pause()
        desk._repaint_required = False  # else it is that which keeps it back
        with desk.at_once():
            left.put("1\nb\nc")
        assert written == []
        await app.pop_screen()
        await pilot.pause()
        assert app.rows()[0] == "1"


async def test_what_waits_to_be_painted_whole_is_not_forgotten_for_a_line(
    monkeypatch: Any,
) -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("a\nb\nc")
        await pilot.pause()
        written, left = writings(app, monkeypatch), app.left
        left._set_dirty()
        left._render_content()  # somebody looked at a part of it before it was painted
        painted = regions(app, monkeypatch)
        with app.desk.at_once():
            left.put("1\nb\nc")
        assert written == []
        assert Region(0, 0, 10, 3) in painted[0]


async def test_the_dashboard_writes_what_the_compositor_would_paint(
    make: Any, monkeypatch: Any
) -> None:
    """Figures, routes, gauge, clock and frames, in the end as if all had been painted anew."""
    account, other = make.bitget(), make.htx()
    desk = make.FakeDesk(DeskView((account, other)))
    app = KilldeskApp(desk, demo=True)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.dashboard
        await make.until(pilot, lambda: make.text(app).count("as of") == 2 and settled(screen))
        before = screen._compositor.render_strips()
        written: list[str] = []
        monkeypatch.setattr(screen, "write", written.append)
        read = replace(account.book, read_at_ms=account.book.read_at_ms + 5_000)
        (route,) = account.routes
        renewed = replace(
            account,
            book=read,
            routes=(replace(route, round_trip_ms=123.4),),
            timers=(make.timer(left_s=22.2),),
        )
        view = DeskView((renewed, other))
        desk.view = view
        app._show(view, make.frames(7), 0)
        assert len(written) == 1
        after = screen._compositor.render_strips()
        shown = on_terminal(before, written[0], app.size)
        wanted = on_terminal(after, "", app.size)
        bar = screen.log_.rows.vertical_scrollbar.region  # goes the usual way
        for y, (line, meant) in enumerate(zip(shown, wanted, strict=True)):
            for x, (cell, right) in enumerate(zip(line, meant, strict=True)):
                assert cell == right or bar.contains(x, y), (x, y)
        assert on_terminal(before, "", app.size) != wanted


async def test_another_value_that_looks_the_same_is_not_painted(monkeypatch: Any) -> None:
    class Blind(Part):
        def paint(self, value: str, width: int, height: int) -> Content:
            return styled("the same")

    class OneApp(SparingApp):
        def get_default_screen(self) -> Screen[None]:
            class One(SparingScreen):
                def compose(self) -> ComposeResult:
                    yield Blind(id="left")

            return One()

    app = OneApp()
    async with app.run_test() as pilot:
        part = app.screen.query_one(Blind)
        part.put("one")
        await pilot.pause()
        rendered: list[object] = []
        monkeypatch.setattr(part, "refresh", lambda *regions: rendered.append(regions))
        part.put("two")
        assert rendered == []


async def test_two_changes_before_one_paint_are_both_painted() -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("a\nb\nc")
        await pilot.pause()
        with app.desk.at_once():
            app.left.put("a\nX\nc")
            app.left.put("Z\nX\nc")
        assert app.rows() == ["Z", "X", "c"]


async def test_a_change_of_lines_after_a_change_of_everything_paints_everything() -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("a\nb\nc")
        await pilot.pause()
        with app.desk.at_once():
            app.left.put("1\n2")
            app.left.put("1\n3")
        assert app.rows() == ["1", "3", ""]


async def test_outside_of_it_the_usual_way_is_gone() -> None:
    app = SparingApp()
    async with app.run_test() as pilot:
        app.left.put("later")
        await pilot.pause()
        assert app.rows()[0] == "later"


def test_only_widgets_that_show_in_what_changed_are_seen() -> None:
    front, beside, back, screen = (Widget() for _ in range(4))
    whole = Region(0, 0, 80, 24)
    visible = {
        front: (Region(0, 0, 10, 1), whole),
        beside: (Region(20, 0, 10, 1), whole),
        back: (Region(0, 0, 40, 10), whole),
        screen: (whole, whole),
    }
    assert list(seen_in({Region(2, 0, 4, 1)}, visible)) == [front]
    assert list(seen_in({Region(2, 0, 20, 1)}, visible)) == [front, beside, back]
    assert list(seen_in({Region(2, 0, 4, 1), Region(60, 0, 1, 1)}, visible)) == [front, screen]


async def test_another_theme_has_other_inks() -> None:
    class Green(Part):
        def paint(self, value: str, width: int, height: int) -> Content:
            return styled(value, ".ink--good")

    class ThemedApp(App[None]):
        def get_theme_variable_defaults(self) -> dict[str, str]:
            return variables_for(dark=self.current_theme.dark)

        def compose(self) -> ComposeResult:
            yield Green(id="left")

    app = ThemedApp()
    async with app.run_test() as pilot:
        for theme in (DARK, LIGHT, DARK):
            app.register_theme(theme)
            app.theme = theme.name
            app.query_one(Green).put("all is well")
            await pilot.pause()
            await pilot.pause()
            (strip, *_) = app.screen._compositor.render_strips()
            style = next(iter(strip)).style
            assert style is not None
            assert style.color is not None
            assert style.color.name == theme.variables["killdesk-good"]
