"""Cancelling a part: what can be chosen comes from the data, and a press must be made twice."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import OptionList

from tui.core.actions import Scope
from tui.core.desk import DeskView
from tui.core.orders import Book, OpenOrder
from tui.ui.orders.chooser import ActBar
from tui.ui.orders.scope_chooser import ScopeChooser
from tui.ui.orders.scopes import parts


def scoped(make: SimpleNamespace, *scopes: str) -> Any:
    """An account with 7 buys and 2 sells of one contract, and one of a hostile name."""
    listed = [
        OpenOrder("isolated", f"{n}", "BTC-USDT", "buy" if n < 7 else "sell",
                  "open" if n < 4 else "close")
        for n in range(9)
    ]  # fmt: skip
    listed.append(OpenOrder("isolated", "9", "[/nope]", "sell"))
    account = make.htx()
    book = Book(("isolated", "cross"), tuple(listed), make.NOW_MS)
    actions = tuple(replace(action, scopes=scopes) for action in account.actions)
    return replace(account, book=book, actions=actions)


def test_what_can_be_chosen_is_what_the_action_says(make: SimpleNamespace) -> None:
    def told(*scopes: str) -> list[tuple[str, int]]:
        account = scoped(make, *scopes)
        return [(part.words, part.count(account)) for part in parts(account)]

    assert told() == []
    assert told("contract") == [("BTC-USDT", 9), ("[/nope]", 1)]
    assert told("direction") == [("all contracts buy", 7), ("all contracts sell", 3)]
    whole = told("contract", "direction", "offset")
    assert ("BTC-USDT buy", 7) in whole and ("BTC-USDT offset open", 4) in whole
    account = scoped(make, "contract", "direction", "offset")
    assert all(not (p.scope.direction and p.scope.offset) for p in parts(account))
    assert all(p.count(account) for p in parts(account)), "nothing that would hit nothing"


def test_a_category_and_its_symbols(make: SimpleNamespace) -> None:
    account = make.bitget()
    only = replace(account.actions[0], scopes=("category", "contract"))
    account = replace(account, actions=(only,))
    assert [(part.words, part.scope) for part in parts(account)] == [
        ("USDT futures", Scope(category="USDT-FUTURES")),
        ("USDT futures BTC-USDT", Scope(category="USDT-FUTURES", contract="BTC-USDT")),
        ("spot", Scope(category="SPOT")),
        ("spot BTC-USDT", Scope(category="SPOT", contract="BTC-USDT")),
    ]


def bar(app: Any) -> str:
    return str(app.screen.query_one(ActBar).content)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_two_presses_cancel_that_part_by_that_action(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    clock = make.Clock()
    desk = make.FakeDesk(DeskView((scoped(make, "contract", "direction"),)))
    async with make.shown(desk, size, clock=clock) as (app, pilot):
        await pilot.press("w")
        assert isinstance(app.screen, ScopeChooser)
        await pilot.press("down", "down", "down")
        assert bar(app) == "CANCEL 7 BTC-USDT BUY   enter"
        await pilot.press("enter")
        assert bar(app).startswith("AGAIN TO CANCEL 7 BTC-USDT BUY   enter")
        assert desk.calls == []
        clock.ahead_s += 2.1
        await make.until(pilot, lambda: bar(app).startswith("CANCEL 7"))
        await pilot.press("enter", "down", "enter")
        assert desk.calls == [], "another part is another press"
        await pilot.press("up", "enter", "enter")
        wanted = Scope(contract="BTC-USDT", direction="buy")
        assert desk.calls == [("cancel", "htx-main", "isolated", wanted)]
        await make.until(pilot, lambda: app.screen is app.dashboard)


async def test_by_mouse_with_once_and_escape(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((scoped(make, "contract"), make.okx())))
    async with make.shown(desk, confirm="once") as (app, pilot):
        await pilot.press("w", "escape")
        assert (app.screen, desk.calls) == (app.dashboard, [])
        await pilot.press("w")
        await pilot.click(OptionList, offset=(10, 1))
        assert desk.calls == [], "a click chooses a part"
        await pilot.click(ActBar)
        assert desk.calls == [("cancel", "htx-main", "isolated", Scope(contract="[/nope]"))]
        await make.until(pilot, lambda: app.screen is app.dashboard)
        await pilot.press("2", "w")
        assert "nothing here to choose" in make.text(app)
        await pilot.press("enter", "escape")
        assert len(desk.calls) == 1
