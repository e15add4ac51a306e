"""The lines of the recent past within a panel: what they show, and where there is room for them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.desk import DeskView, Health
from tui.core.timeseries import Bucket, OpenPast, SeriesView
from tui.ui.widgets.sparkline import BLOCKS, GAP, LOST, MOST_CELLS, orders_line, trips_line


def past(*values: float | None, each_s: float = 10, lost: tuple[int, ...] = ()) -> SeriesView:
    stretches = (
        Bucket(v, v, v, int(n in lost), () if v is None else (v,)) for n, v in enumerate(values)
    )
    ended_ms = round(each_s * 1000) * 1000
    return SeriesView(each_s, tuple(stretches), ended_ms, max(30, len(values)))


def height(glyph: str) -> int:
    return BLOCKS.index(glyph)


def test_what_is_usual_lies_low_and_what_is_not_stands_out() -> None:
    drawn = trips_line(past(*[80] * 10, 260, 800), 60)
    *usual, high, highest = drawn.plain
    assert len(set(usual)) == 1 and height(usual[0]) <= 2
    assert height(usual[0]) < height(high) < height(highest) == len(BLOCKS) - 1
    careful = [drawn.plain[s.start : s.end] for s in drawn.spans if s.style == ".ink--careful"]
    assert careful == [high + highest]


def test_a_steady_route_is_never_alarming() -> None:
    assert ".ink--careful" not in {s.style for s in trips_line(past(*[600] * 30), 60).spans}


def test_gaps_and_lost_ones_are_told_apart() -> None:
    drawn = trips_line(past(80, None, 80, None, lost=(2, 3)), 60)
    assert drawn.plain[1:] == GAP + LOST + LOST
    assert trips_line(past(None, lost=(0,)), 60).plain == LOST


def test_no_orders_lie_on_the_ground_and_one_does_not() -> None:
    assert orders_line(past(0, 1, 500, None), 60).plain[0] == BLOCKS[0]
    assert height(orders_line(past(0, 1, 500), 60).plain[1]) == 1
    assert orders_line(past(0, 1, 500, None), 60).plain[-1] == GAP


@pytest.mark.parametrize("line", [trips_line, orders_line])
def test_nothing_is_drawn_of_nothing(line: Any) -> None:
    assert line(SeriesView(), 60).plain == ""
    assert line(past(), 60).plain == ""


@given(
    st.lists(st.none() | st.floats(0, 1e9), max_size=60),
    st.integers(2, 100),
    st.sets(st.integers(0, 59)),
)
def test_it_fits_whatever_was_measured(
    values: list[float | None], width: int, lost: set[int]
) -> None:
    for line in (trips_line, orders_line):
        drawn = line(past(*values, lost=tuple(lost)), width).plain
        assert len(drawn) <= min(width, MOST_CELLS)
        assert set(drawn) <= {*BLOCKS, GAP, LOST}


# In the panels


def lived(account: Any, *trips: float, orders: int = 12) -> Any:
    """An account with such round trips on every route, and so many orders for an hour."""
    routes = tuple(replace(route, past=past(*trips)) for route in account.routes)
    return replace(
        account, routes=routes, open_past=OpenPast(past(*[float(orders)] * 60, each_s=60))
    )


@pytest.mark.parametrize("size", [(120, 40), (160, 46), (240, 70)])
async def test_each_route_has_a_line_and_the_orders_have_one(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    accounts = tuple(lived(account, *[80] * 60) for account in make.many(3))
    desk = make.FakeDesk(DeskView(accounts))
    async with make.shown(desk, size) as (app, _):
        for panel in app.dashboard.grid.panels:
            connection = panel._connection.render().plain.splitlines()
            for line, route in zip(connection, panel.account.routes, strict=False):
                assert line.startswith(route.transport)
                assert sum(glyph in BLOCKS for glyph in line) >= 8
            figures = panel._figures.render().plain
            shown = ("1 h", "USDT futures 5", "not covered: 3", "+3 strategy")
            assert any(words in figures for words in shown), "what no press reaches goes last"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 46), (240, 70)])
async def test_a_slow_route_says_so_at_every_size(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    accounts = (make.htx(), lived(make.okx(), *[80] * 54, *[400] * 6), make.bitget())
    desk = make.FakeDesk(DeskView(accounts))
    async with make.shown(desk, size) as (app, pilot):
        assert make.text(app).count("▲ slow") == 2
        desk.put(make.htx(), lived(make.okx(), *[80] * 60), make.bitget())
        await make.until(pilot, lambda: "slow" not in make.text(app))


async def test_where_all_stands_in_a_row_the_lines_do_not_come_and_go(
    make: SimpleNamespace,
) -> None:
    """The room for a line is that of a whole one, however few minutes have passed."""
    desk = make.FakeDesk(DeskView(make.many(2)))
    async with make.shown(desk, (80, 16)) as (app, pilot):
        lines = app.dashboard.grid.panels[0]._connection
        assert lines.size.height == 1
        drawn = []
        for minutes in (1, 5, 10):
            desk.put(*(lived(account, *[80] * 6 * minutes) for account in make.many(2)))
            past = desk.view.accounts[0].routes[0].past
            await make.until(pilot, lambda past=past: lines.value.routes[0].past == past)
            drawn.append({*BLOCKS} & set(lines.render().plain))
        assert not any(drawn), "there is no room for whole ones"


async def test_what_a_key_may_do_too_much_gives_way_to_nothing(make: SimpleNamespace) -> None:
    bad = replace(lived(make.okx(), *[80] * 60), key_note="can withdraw")
    desk = make.FakeDesk(DeskView((*make.many(3), bad)))
    async with make.shown(desk, (160, 46)) as (app, _):
        assert "can withdraw" in make.text(app)


async def test_a_reason_is_never_pushed_off(make: SimpleNamespace) -> None:
    okx = lived(make.okx(), *[80] * 60)
    down = replace(okx.routes[0], up=False, detail="the venue closed the connection: 1006")
    said = "ws down: the venue closed"
    account = replace(okx, health=Health.DEGRADED, reason=said, routes=(down, okx.routes[1]))
    desk = make.FakeDesk(DeskView((*make.many(3), account)))
    async with make.shown(desk, (160, 46)) as (app, _):
        first, second = app.dashboard.grid.panels[3]._connection.render().plain.splitlines()
        assert said in second
        assert "rest 75 ms" in first, "the way that works is told"


async def test_only_what_changed_is_painted(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [lived(account, *[80] * 60) for account in make.many(3)]
    desk = make.FakeDesk(DeskView(tuple(accounts)))
    async with make.shown(desk, (160, 46)) as (app, pilot):
        painted: list[str] = []
        for panel in app.dashboard.grid.panels:
            for part in (panel._connection, panel._figures):
                name = f"{panel.account.name} {type(part).__name__}"
                monkeypatch.setattr(part, "refresh", lambda *_, n=name, **kw: painted.append(n))
        desk.put(*accounts)
        await pilot.pause(0.1)
        assert painted == []
        accounts[1] = lived(make.many(3)[1], *[80] * 59, 400)
        desk.put(*accounts)
        await make.until(pilot, lambda: bool(painted))
        assert painted == ["okx-a ConnectionLines"]


async def test_why_ready_or_not_says_it_too(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((lived(make.okx(), *[80] * 54, *[400] * 6),)))
    async with make.shown(desk, (160, 46)) as (app, pilot):
        await pilot.press("i")
        await make.until(pilot, lambda: "▲ slow" in make.text(app))
        assert "round trip 61 ms" in make.text(app)
