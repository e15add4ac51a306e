"""The dashboard on a fake desk: panels, help, and what is shown at every size."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.actions import Scope
from tui.core.desk import DeskView
from tui.ui.orders.chooser import OrderChooser


async def test_numbers_and_tab_change_the_panel(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        grid = app.dashboard.grid

        def name() -> str:
            assert grid.selected is not None
            return grid.selected.account.name

        assert name() == "htx-main"
        await pilot.press("3")
        assert name() == "bitget-mm"
        await pilot.press("tab")
        assert name() == "htx-main"
        await pilot.press("shift+tab", "9")
        assert name() == "bitget-mm"


async def test_chosen_orders_go_by_their_action(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("2", "o")
        assert isinstance(app.screen, OrderChooser)
        book = desk.view.accounts[1].book
        chosen = (book.orders[0], book.orders[-1])
        app.screen.dismiss(chosen)
        await pilot.pause()
        assert desk.calls == [
            ("cancel", "okx-desk", "spreads", Scope(orders=chosen[:1])),
            ("cancel", "okx-desk", "quotes", Scope(orders=chosen[1:])),
        ]


async def test_the_help_says_what_the_buttons_leave(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (120, 60)) as (app, pilot):
        await pilot.press("question_mark")
        said = app.screen.text
        for words in (
            "RFQs, and quotes pending fill",
            "ctrl+p",
            "where: cancel only a part",
            "what happened",
            "ready or not",
            "Positions are never touched",
            "two presses",
            "closes no position",
        ):
            assert words in said
        await pilot.press("escape")
        assert app.screen is app.dashboard


async def test_f_shows_the_frames_of_one_account_after_the_other(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        titles = []
        for _ in range(4):
            await pilot.press("f")
            titles.append(app.dashboard.log_.title_text)
        names = ("htx-main", "okx-desk", "bitget-mm", "all accounts")
        assert all(name in title for name, title in zip(names, titles, strict=True))


# What is shown


async def test_demo_and_live_differ_in_word_and_shape(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, demo=True) as (app, _):
        assert "▞▞ DEMO ▞▞" in make.text(app) and "LIVE" not in make.text(app)
    async with make.shown(desk) as (app, _):
        assert "LIVE" in make.text(app) and "DEMO" not in make.text(app)


async def test_outcomes_are_told_worst_first(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView(make.troubled()))
    async with make.shown(desk, (120, 44)) as (app, _):
        said = make.text(app)
        for words in ("? UNRESOLVED", "✕ rejected spreads  12 of 12", "60011  Please log in",
                      "▲ remaining", "reading the book", "as of", "timed out after 3 s",
                      "not covered: 3", "PAPER", "✕ FIRED", "1 of 4 ready", "htx-main down",
                      ):  # fmt: skip
            assert words in said


SIZES = [(80, 24), (120, 40), (200, 60), (320, 50), (40, 12), (160, 46), (80, 50), (250, 24)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 4, 12])
async def test_every_visible_cancel_button_is_on_the_screen(
    make: SimpleNamespace, size: tuple[int, int], count: int
) -> None:
    desk = make.FakeDesk(DeskView(make.many(count), "a notice"))
    async with make.shown(desk, size) as (app, pilot):
        await pilot.pause()
        grid = app.dashboard.grid
        seen = 0
        for panel in grid.panels:
            if not grid.region.contains_region(panel.region):
                assert grid.plan.visible_rows < grid.plan.rows, "only where it scrolls"
                continue
            for button in panel.buttons:
                seen += 1
                assert button.region.area > 0
                assert panel.region.contains_region(button.region)
                assert app.screen.region.contains_region(button.region)
                assert button.spec.key in button.render().plain
        assert seen >= min(count, 4)
        assert "quit" in make.text(app).splitlines()[-1]
        panic = app.dashboard.header.query_one("#panic")
        assert panic.region.area > 0 and app.screen.region.contains_region(panic.region)
        assert "PANIC" in panic.render().plain
        grid.select(grid.panels[-1])
        await pilot.pause()
        assert grid.region.contains_region(grid.panels[-1].region)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_hostile_text_is_shown_as_it_is(make: SimpleNamespace, size: tuple[int, int]) -> None:
    evil = make.HOSTILE
    accounts = [
        replace(
            account, name=f"{evil}{account.name}", title=evil, reason=evil,
            family=evil, key_note=evil, book_error=evil,
            timers=tuple(replace(t, message=evil, covers=evil) for t in account.timers),
            routes=tuple(replace(route, detail=evil) for route in account.routes),
            kinds=tuple(replace(kind, label=evil) for kind in account.kinds),
            actions=tuple(replace(a, label=evil, leaves=evil) for a in account.actions),
            runs=tuple(replace(run, step=evil) for run in account.runs),
            reports=tuple(replace(r, code=evil, message=evil) for r in account.reports),
        )
        for account in make.troubled()
    ]  # fmt: skip
    desk = make.FakeDesk(DeskView(tuple(accounts), evil))
    desk.frames.put(replace(make.frames(1)[0], text=evil, account=evil))
    async with make.shown(desk, size) as (app, pilot):
        assert "x [/nope]" in make.text(app)
        await pilot.press("c", "question_mark")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.hover(app.dashboard.grid.panels[0].buttons[0])
        await pilot.pause(0.5)
        await pilot.press("q")
        await pilot.pause()


async def test_an_error_while_drawing_stays_in_its_place(
    desk: Any, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make.shown(desk) as (app, pilot):
        head = app.dashboard.grid.panels[0]._head

        def broken(*_: object) -> None:
            raise ZeroDivisionError("canary")

        monkeypatch.setattr(head, "paint", broken)
        head.refresh()
        await pilot.pause()
        assert "cannot be drawn: ZeroDivisionError" in make.text(app)
        assert "canary" not in make.text(app)
        assert "okx-desk" in make.text(app)
        await pilot.press("c", "c")
        assert desk.calls == [make.everything("htx-main")]


async def test_states_are_words_without_colour(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    desk = make.FakeDesk(DeskView(make.troubled()))
    async with make.shown(desk, (120, 44)) as (app, pilot):
        await pilot.press("c")
        for words in ("✕ DOWN", "▲ DEGRADED", "● READY", "◌ CONNECTING", "AGAIN TO CANCEL", "LIVE"):
            assert words in make.text(app)
        colours = {
            segment.style.color.get_truecolor()
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.color is not None
        }
        assert colours


@pytest.mark.parametrize("theme", ["killdesk-light", "textual-dark", "nord", "textual-light"])
async def test_every_theme_knows_the_colours(make: SimpleNamespace, theme: str) -> None:
    desk = make.FakeDesk(DeskView(make.troubled()))
    async with make.shown(desk) as (app, pilot):
        app.theme = theme
        await pilot.pause()
        assert "1 of 4 ready" in make.text(app)


async def test_accounts_may_change_while_the_screen_runs(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((replace(make.htx(), actions=(), kinds=()),)))
    async with make.shown(desk) as (app, pilot):
        desk.put(make.htx(), make.okx())
        await make.until(pilot, lambda: "okx-desk" in make.text(app))
        one = replace(make.okx(), actions=make.okx().actions[:1])
        desk.put(make.htx(), one)
        await make.until(pilot, lambda: "QUOTES" not in make.text(app))
        assert len(app.dashboard.grid.panels[1].buttons) == 1
        assert "CANCEL 12 SPREADS" in make.text(app)
        desk.put()
        await make.until(pilot, lambda: "okx-desk" not in make.text(app))
        await pilot.press("c", "c", "a", "o", "tab", "1")
        assert desk.calls == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 46), (200, 60)])
async def test_orders_that_no_cancel_reaches_are_told_before_the_categories(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    book = make.book(SPOT=13, MARGIN=8, USDT_FUTURES=15, COIN_FUTURES=7, USDC_FUTURES=1, strategy=6)
    accounts = (*make.many(3), replace(make.bitget("uta"), book=book))
    desk = make.FakeDesk(DeskView(accounts, "a notice"))
    async with make.shown(desk, size) as (app, _):
        said = make.text(app)
        assert "not covered: 6" in said or "+6 strategy" in said
        assert app.dashboard.log_.rows.size.height >= (6 if size[1] >= 40 else 0)


@pytest.mark.parametrize("size", [(80, 24), (80, 12), (120, 40), (200, 60)])
async def test_figures_that_nothing_renews_do_not_look_live(
    desk: Any, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    clock = make.Clock()
    async with make.shown(desk, size, clock=clock) as (app, pilot):
        assert "?" not in make.text(app).replace("? help", "")
        clock.ahead_s = 26.0
        app.dashboard.tick()
        await pilot.pause()
        for panel in app.dashboard.grid.panels:
            counted = panel._figures.value
            assert counted is not None and counted.stale
        assert "? as of 12:03:20" in make.text(app) or size == (80, 12)
        assert make.text(app).replace("? help", "").count("?") >= 3
        read = make.book(at_ms=make.NOW_MS + 25_000, spread=12, quote=4)
        desk.put(replace(make.okx(), book=read), replace(make.htx(), book_error="timed out"))

        def old() -> list[bool | None]:
            figures = [panel._figures.value for panel in app.dashboard.grid.panels]
            return [value.stale if value is not None else None for value in figures]

        await make.until(pilot, lambda: old() == [False, True])


async def test_the_header_waits_for_the_panels(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        await make.until(pilot, lambda: "3 of 3 ready" in make.text(app))
        app.dashboard.grid.panels[0]._figures.value = None
        desk.view = DeskView(desk.view.accounts[:1])
        app.dashboard._show_header()
        assert app.dashboard.header.state.value.total == 3, "no word over a blank panel"
        app.dashboard.grid.panels[0].show(desk.view.accounts[0])
        await make.until(pilot, lambda: app.dashboard.header.state.value.total == 1)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_long_read_shows_how_far_it_has_come(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    new = replace(make.htx(isolated=None), reading=1_200)
    desk = make.FakeDesk(DeskView((new, make.okx(), make.bitget())))
    async with make.shown(desk, size) as (app, pilot):
        assert "reading 1,200 …" in make.text(app)
        desk.put(replace(make.htx(), reading=50), make.okx(), make.bitget())
        await make.until(pilot, lambda: "reading 50 …" in make.text(app))
        desk.put(make.htx(), make.okx(), make.bitget())
        await make.until(pilot, lambda: "reading" not in make.text(app))
