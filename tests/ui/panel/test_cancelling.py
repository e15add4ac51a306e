"""Cancel keys and buttons, and panic: what one press and what two ask of the service."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Input

from tui.core.actions import Scope
from tui.core.desk import DeskView, Health
from tui.ui.help.screen import HelpScreen


async def test_c_arms_and_a_second_c_cancels_all_of_the_panel(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("c")
        assert desk.calls == []
        assert "AGAIN TO CANCEL ALL 37" in make.text(app)
        await pilot.press("c")
        assert desk.calls == [make.everything("htx-main")]
        assert "AGAIN" not in make.text(app)


async def test_an_armed_button_gives_up_after_two_seconds(desk: Any, make: SimpleNamespace) -> None:
    clock = make.Clock()
    async with make.shown(desk, clock=clock) as (app, pilot):
        await pilot.press("c")
        clock.ahead_s = 2.1
        await make.until(pilot, lambda: "AGAIN" not in make.text(app))
        await pilot.press("c")
        assert desk.calls == []


async def test_once_cancels_at_the_first_press(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, confirm="once") as (_, pilot):
        await pilot.press("2", "u")
        assert desk.calls == [make.everything("okx-desk", "quotes")]


async def test_a_key_of_its_own_finds_the_one_account_that_has_it(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("s")
        assert "AGAIN TO CANCEL 12 SPREADS" in make.text(app)
        await pilot.press("s")
        assert desk.calls == [make.everything("okx-desk", "spreads")]


async def test_between_two_accounts_such_a_key_decides_nothing(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.htx(), make.okx("a"), make.okx("b"))))
    async with make.shown(desk, confirm="once") as (_, pilot):
        await pilot.press("s")
        assert desk.calls == []
        await pilot.press("3", "s")
        assert desk.calls == [make.everything("b", "spreads")]


async def test_changing_the_panel_between_two_presses_fires_nothing(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (_, pilot):
        await pilot.press("c", "2", "c")
        assert desk.calls == []
        await pilot.press("c")
        assert desk.calls == [make.everything("okx-desk")]


@pytest.mark.parametrize("health", list(Health))
async def test_a_button_works_whatever_is_known(make: SimpleNamespace, health: Health) -> None:
    account = replace(make.htx(), health=health, book=None, book_error="no reply")
    desk = make.FakeDesk(DeskView((account,)))
    async with make.shown(desk) as (_, pilot):
        await pilot.press("c", "c")
        assert desk.calls == [make.everything("htx-main")]


async def test_the_press_is_sent_before_anything_is_drawn(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, confirm="once") as (app, pilot):
        drawn: list[int] = []
        panel = app.dashboard.grid.panels[0]
        before = panel.show_presses
        panel.show_presses = lambda: (drawn.append(len(desk.calls)), before())[1]  # type: ignore[method-assign]
        await pilot.press("c")
        assert drawn[0] == 1


async def test_clicks_do_what_keys_do(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        _, quotes = app.dashboard.grid.panels[1].buttons
        await pilot.click(quotes)
        assert desk.calls == []
        await pilot.click(quotes)
        assert desk.calls == [make.everything("okx-desk", "quotes")]
        assert app.dashboard.grid.selected is app.dashboard.grid.panels[1]
        await pilot.click("#panic")
        await pilot.click("#panic")
        assert desk.calls[1:] == [("panic",)]


async def test_a_double_click_is_one_press_and_says_so(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.click("#panic", times=2)
        assert desk.calls == []
        await make.until(pilot, lambda: "Double click: click once more" in make.text(app))
        await pilot.click("#panic")
        assert desk.calls == [("panic",)]


async def test_once_holds_for_chosen_orders_too(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, confirm="once") as (_, pilot):
        await pilot.press("o")
        await pilot.press("space", "enter")
        first = desk.view.accounts[0].book.orders[:1]
        await make.until(pilot, lambda: bool(desk.calls))
        assert desk.calls == [("cancel", "htx-main", "isolated", Scope(orders=first))]


# Panic


async def test_panic_takes_two_presses_and_one_call(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("X")
        assert desk.calls == []
        assert "CANCEL EVERYTHING" in make.text(app)
        await pilot.press("X")
        assert desk.calls == [("panic",)]


async def test_panic_works_in_a_dialog_where_no_other_cancel_does(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, confirm="once") as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("c", "s", "u", "1", "a", "o")
        assert desk.calls == []
        await pilot.press("X")
        assert desk.calls == [("panic",)]


@pytest.mark.parametrize("confirm", ["once", "twice"])
async def test_in_a_text_field_an_x_is_a_letter_and_f12_panics_with_two_presses(
    desk: Any, make: SimpleNamespace, confirm: str
) -> None:
    async with make.shown(desk, confirm=confirm) as (app, pilot):
        await pilot.press("slash")
        assert isinstance(app.focused, Input)
        await make.until(pilot, lambda: "PANIC  F12 F12" in make.text(app))
        assert "F12 twice: panic" in make.text(app)
        await pilot.press("X", "X", "X")
        assert (desk.calls, app.focused.value) == ([], "XXX")
        field = app.focused
        await pilot.press("f12")
        assert desk.calls == []
        assert "F12 again cancels EVERYTHING" in make.text(app)
        await pilot.press("f12")
        assert (desk.calls, field.value) == ([("panic",)], "XXX")


async def test_in_a_secret_an_x_is_a_letter(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        field = Input(password=True)
        await app.screen.mount(field)
        field.focus()
        await pilot.press("X", "X")
        assert (field.value, desk.calls) == ("XX", [])


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_the_bottom_line_says_in_full_what_is_armed(
    desk: Any, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    clock = make.Clock()
    async with make.shown(desk, size, clock=clock) as (app, pilot):

        def bottom() -> str:
            return str(make.text(app).splitlines()[-1])

        keys = bottom()
        for pressed, said in (
            ("s", "AGAIN TO CANCEL 12 SPREADS on okx-desk   s   "),
            ("c", "AGAIN TO CANCEL ALL 16 on okx-desk   c   "),
            ("X", "AGAIN TO CANCEL EVERYTHING on every account   X   "),
            ("a", "AGAIN TO DISARM THE TIMER on bitget-mm   a   "),
        ):
            await pilot.press(pressed)
            await pilot.pause()
            assert said in bottom() and bottom().rstrip().endswith(" s")
            assert app.dashboard.keybar.has_class("-armed")
        clock.ahead_s = 3.0
        await make.until(pilot, lambda: bottom() == keys)
        assert not app.dashboard.keybar.has_class("-armed")


async def test_a_button_with_nothing_to_cancel_is_calm_and_works(make: SimpleNamespace) -> None:
    clock = make.Clock()
    desk = make.FakeDesk(DeskView((make.okx(spreads=0),)))
    async with make.shown(desk, clock=clock) as (app, pilot):
        spreads, quotes = app.dashboard.grid.panels[0].buttons
        assert spreads.has_class("-calm") and not quotes.has_class("-calm")
        await pilot.press("s", "s")
        assert desk.calls == [make.everything("okx-desk", "spreads")]
        clock.ahead_s = 30.0
        app.dashboard.tick()
        assert not spreads.has_class("-calm"), "an old book is no ground for calm"
