"""Choosing orders: what is marked is what is cancelled, and only after a second press."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from tui.core.actions import Action
from tui.core.clocks import read_clock
from tui.core.desk import AccountView, Health
from tui.core.orders import Book, Kind, OpenOrder
from tui.ui.dashboard.press_arming import PressArming
from tui.ui.orders.chooser import ActBar, OrderChooser
from tui.ui.orders.list import OrderList
from tui.ui.widgets.themes import variables_for

KINDS = (
    Kind("SPOT", "spot"),
    Kind("USDT-FUTURES", "futures"),
    Kind("strategy", "strategy"),
)


def orders(count: int, *, kind: str = "SPOT") -> list[OpenOrder]:
    return [
        OpenOrder(
            kind, f"{kind}-{n}", ("BTCUSDT", "ETHUSDT")[n % 2], ("buy", "sell")[n % 2], "",
            f"{60_000 + n}", "0.1", 1_728_648_201_884,
        )
        for n in range(count)
    ]  # fmt: skip


def account(listed: Sequence[OpenOrder] | None, actions: tuple[Action, ...] = ()) -> AccountView:
    book = (
        None
        if listed is None
        else Book(tuple(kind.id for kind in KINDS), tuple(listed), 1_728_648_201_884)
    )
    return AccountView(
        "[/nope]", "bitget", "Bitget", Health.READY, "", "", False, "", (), KINDS, actions,
        book, "", (), (), None,
    )  # fmt: skip


class ChooserApp(App[None]):
    answered = False
    answer: tuple[OpenOrder, ...] | None = None
    now = 100.0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=True)

    def choose(self, view: AccountView, *, once: bool = False) -> OrderChooser:
        def done(answer: tuple[OpenOrder, ...] | None) -> None:
            self.answered, self.answer = True, answer

        presses = PressArming(once=once, clock=lambda: self.now)
        screen = OrderChooser(view, presses, read_clock)
        self.push_screen(screen, done)
        return screen


def bar(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one(ActBar).content)


def count(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#count", Static).content)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 14)])
async def test_marks_then_two_presses_cancel_them(size: tuple[int, int]) -> None:
    listed, app = orders(5), ChooserApp()
    async with app.run_test(size=size) as pilot:
        app.choose(account(listed))
        await pilot.pause()
        await pilot.press("space", "down", "down", "space", "end", "space")
        assert bar(pilot) == "CANCEL 3 CHOSEN ORDERS   enter"
        assert count(pilot).startswith("3 of 5 chosen")
        await pilot.press("enter")
        assert bar(pilot) == "AGAIN TO CANCEL 3 CHOSEN ORDERS   enter   2.0 s"
        assert not app.answered
        assert app.screen.query_one(ActBar).region.bottom <= size[1]
        await pilot.press("enter")
        assert app.answer == (listed[0], listed[2], listed[4])


async def test_the_second_press_must_come_in_time_and_for_the_same_orders() -> None:
    app = ChooserApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(orders(5)))
        await pilot.pause()
        await pilot.press("enter")
        assert bar(pilot).startswith("choose the orders"), "nothing chosen, nothing armed"
        await pilot.press("space", "enter")
        app.now += 2.0
        await pilot.press("enter")
        assert not app.answered, "too late: armed anew"
        await pilot.press("down", "space")
        assert bar(pilot).startswith("CANCEL 2 CHOSEN"), "another choice disarms"
        await pilot.press("enter")
        assert not app.answered
        await pilot.press("enter")
        assert app.answer is not None
        assert len(app.answer) == 2


async def test_escape_cancels_nothing() -> None:
    app = ChooserApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(orders(3)))
        await pilot.pause()
        await pilot.press("a", "escape")
        assert (app.answered, app.answer) == (True, None)


async def test_all_and_none_mean_the_rows_that_are_shown() -> None:
    listed, app = orders(10), ChooserApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(listed))
        await pilot.pause()
        await pilot.press("space", "slash", *"eth", "enter", "a")
        assert count(pilot) == "6 of 10 chosen   5 shown by the filter   1 chosen not shown"
        await pilot.press("a")
        assert count(pilot).startswith("1 of 10 chosen")
        await pilot.press("a", "escape")
        assert count(pilot) == "6 of 10 chosen"
        await pilot.press("enter", "enter")
        assert app.answer == (listed[0], *listed[1::2])


async def test_what_no_cancel_reaches_is_shown_with_the_reason_and_cannot_be_chosen() -> None:
    app = ChooserApp()
    spot = Action("orders", "orders", ("SPOT",), ("rest",), "")
    listed = orders(1, kind="strategy") + orders(1, kind="USDT-FUTURES") + orders(1)
    async with app.run_test(size=(120, 24)) as pilot:
        app.choose(account(listed, (spot,)))
        await pilot.pause()
        assert "strategy: no cancel here reaches them" in count(pilot)
        await pilot.press("space", "a")
        assert "1 of 1 chosen" in count(pilot), "as many as the panel calls open"
        assert "not covered: 1 futures; 1 strategy" in count(pilot)
        await pilot.press("down", "space", "enter", "enter")
        assert app.answer == (listed[2],), "futures are in no action of this account"


async def test_by_mouse() -> None:
    listed, app = orders(5), ChooserApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(listed))
        await pilot.pause()
        await pilot.click(OrderList, offset=(10, 1))
        await pilot.click(OrderList, offset=(10, 3))
        await pilot.click(ActBar)
        assert bar(pilot).startswith("AGAIN TO CANCEL 2")
        await pilot.click(ActBar)
        assert app.answer == (listed[1], listed[3])


async def test_once_fires_at_the_first_press() -> None:
    app = ChooserApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(orders(1)), once=True)
        await pilot.pause()
        await pilot.press("space", "enter")
        assert app.answer is not None


@pytest.mark.parametrize("listed", [None, []])
async def test_nothing_to_choose_says_so(listed: list[OpenOrder] | None) -> None:
    app = ChooserApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(listed))
        await pilot.pause()
        empty = app.screen.query_one("#empty", Static)
        assert empty.display
        await pilot.press("space", "a", "enter", "down", "end", "escape")
        assert app.answer is None


async def test_thousands_of_hostile_orders() -> None:
    app = ChooserApp()
    text = "[/nope] 漢字"
    listed = [
        OpenOrder("SPOT", f"{text}{n}", text * 9, text, text, text, text) for n in range(2_000)
    ]
    async with app.run_test(size=(80, 24)) as pilot:
        app.choose(account(listed))
        await pilot.pause()
        await pilot.press("a", "end", "space", "slash", *"[/nope]", "enter", "enter", "enter")
        assert app.answer is not None
        assert len(app.answer) == 1_999


def keys(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#keys", Static).content)


ONLY_SPOT = (Action("orders", "orders", ("SPOT",), ("rest",), "strategy orders"),)


async def test_space_is_named_only_where_it_chooses() -> None:
    app = ChooserApp()
    async with app.run_test(size=(120, 40)) as pilot:
        listed = [*orders(2), *orders(1, kind="strategy")]
        screen = app.choose(account(listed, ONLY_SPOT))
        await pilot.pause()
        assert bar(pilot) == "choose the orders to cancel with space"
        assert "space choose" in keys(pilot) and "enter cancel chosen" not in keys(pilot)
        await pilot.press("end")
        await pilot.pause()
        assert bar(pilot).startswith("this one cannot be chosen")
        assert "space choose" not in keys(pilot) and "a all or none" in keys(pilot)
        await pilot.press("space")
        assert screen.chosen == ()

        await pilot.press("slash")
        await pilot.pause()
        assert bar(pilot) == "enter goes to the list, where space chooses"
        assert keys(pilot) == "enter to the list   esc clears the filter   F12 F12 panic"
        await pilot.press(*"strategy")
        await pilot.pause()
        assert bar(pilot) == "none that the filter shows can be chosen: esc clears it"
        await pilot.press(*"nowhere")
        await pilot.pause()
        assert bar(pilot) == "the filter hides every order: esc clears it"
        await pilot.press("enter")
        await pilot.pause()
        assert "space" not in bar(pilot) + keys(pilot) and "esc clears" in keys(pilot)
        await pilot.press("escape", "home", "space")
        await pilot.pause()
        assert bar(pilot) == "CANCEL 1 CHOSEN ORDER   enter"
        assert "enter cancel chosen" in keys(pilot)


async def test_enter_is_not_named_for_a_cancel_while_it_belongs_to_the_filter() -> None:
    app = ChooserApp()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.choose(account(orders(2)))
        await pilot.press("space", "enter")
        assert screen.armed
        await pilot.press("slash")
        await pilot.pause()
        assert not screen.armed and bar(pilot) == "CANCEL 1 CHOSEN ORDER"
        await pilot.press("enter")
        await pilot.pause()
        assert not screen.armed and bar(pilot) == "CANCEL 1 CHOSEN ORDER   enter"


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([], "nothing to choose"),
        (None, "nothing to choose"),
        (
            orders(3, kind="strategy"),
            "none of these orders can be chosen: no cancel here reaches them",
        ),
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (140, 44)])
async def test_where_nothing_can_be_chosen_no_key_promises_it(
    listed: list[OpenOrder] | None, said: str, size: tuple[int, int]
) -> None:
    app = ChooserApp()
    async with app.run_test(size=size) as pilot:
        app.choose(account(listed, ONLY_SPOT))
        await pilot.pause()
        assert bar(pilot) == said
        for word in ("space", "enter", "all or none"):
            assert word not in keys(pilot)
        assert ("/ filter" in keys(pilot)) is bool(listed)
        await pilot.press("space", "a", "slash", "escape")
        await pilot.press(*(["escape"] if not app.answered else []))
        await pilot.pause()
        assert app.answered and app.answer is None
